// The recipes of the repository, read by the whole catalogue.
#include <catch2/catch_test_macros.hpp>

#include "core/diagnostic.h"
#include "core/files.h"
#include "datasets/source.h"
#include "layers/registry.h"
#include "models/catalogue.h"
#include "models/recipe/canonical.h"
#include "models/recipe/parse.h"
#include "models/recipe/reader.h"
#include "models/recipe/sections.h"
#include "tests/support/paths.h"

namespace dltrain::models {
namespace {

const Catalogue& whole_catalogue() {
  static const Catalogue catalogue = [] {
    Catalogue all;
    layers::fill_catalogue(all);
    fill_catalogue(all);
    datasets::fill_catalogue(all);
    add_planned(all);
    return all;
  }();
  return catalogue;
}

Spec read(const Recipe& recipe) {
  Diagnostics diagnostics;
  Spec spec = read_spec(recipe, whole_catalogue(), {}, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) FAIL_CHECK(diagnostic.text());
  return spec;
}

}  // namespace

TEST_CASE("every recipe of the repository is right, and survives its canonical form") {
  size_t count = 0;
  for (const std::string folder : {"recipes", "recipes/benchmarks"}) {
    for (const std::string& file : list_directory(test::source_path(folder), ExitCode::io)) {
      if (!file.ends_with(".toml")) continue;
      INFO(folder << "/" << file);
      const Spec spec = read(load_recipe(test::source_path(folder) + "/" + file));
      const std::string canonical = canonical_toml(spec);
      CHECK(read(parse_recipe("canonical.toml", canonical)) == spec);
      ++count;
    }
  }
  CHECK(count >= 12);
}

TEST_CASE("every kind of the catalogue has defaults that the catalogue accepts") {
  // Optional components and defaults name kinds of other families; a wrong one is found here, not by a user.
  for (const char* family : {"layer", "loss", "metric", "optimizer", "schedule", "source"}) {
    for (const std::string& kind : whole_catalogue().kinds(family)) {
      for (const Field& field : whole_catalogue().find(family, kind)->fields) {
        INFO(family << " " << kind << " " << field.name);
        if (field.type != FieldType::component || field.default_value.is_none()) continue;
        REQUIRE(field.default_value.text() != nullptr);
        CHECK(whole_catalogue().find(field.family, *field.default_value.text()) != nullptr);
      }
    }
  }
}

TEST_CASE("no layer has keys that every layer has") {
  Catalogue sections;
  add_sections(sections);
  for (const std::string& kind : whole_catalogue().kinds("layer")) {
    for (const Field& field : sections.find("section", "layer")->fields) {
      INFO(kind << " " << field.name);
      CHECK(whole_catalogue().find("layer", kind)->find(field.name) == nullptr);
    }
    for (const char* key : {"type", "reuse"}) CHECK(whole_catalogue().find("layer", kind)->find(key) == nullptr);
  }
}

}  // namespace dltrain::models
