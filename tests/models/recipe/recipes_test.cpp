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
#include "tests/support/catalogue.h"
#include "tests/support/paths.h"

namespace dltrain::models {
namespace {

const Catalogue& whole_catalogue() {
  static const Catalogue catalogue =
      test::catalogue_of(layers::fill_catalogue, models::fill_catalogue, datasets::fill_catalogue, add_planned);
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

TEST_CASE("a block means what is written out") {
  const char* rest = R"(
[data]
type = "digits"
[train]
loss = "sparse_categorical_crossentropy"
)";
  const Spec with_blocks = read(parse_recipe("blocks.toml", std::string(rest) + R"(
[blocks.conv]
required = ["filters"]
params = { kernel_size = 3 }
layers = [{ type = "Conv2D", filters = "${filters}", kernel_size = ["${kernel_size}", 1], padding = "same" }, "ReLU"]
[blocks.residual]
required = ["filters"]
layers = [
  { name = "main", type = "conv", filters = "${filters}", repeat = 2 },
  { name = "side", type = "conv", filters = "${filters}", kernel_size = 1, inputs = "input", trainable = false },
  { name = "sum", type = "Add", inputs = ["main_1", "side"] },
]
[model]
layers = [
  { type = "residual", filters = 4 },
  { name = "second", type = "residual", filters = 6 },
  { type = "Concatenate", inputs = ["second", "residual", "second/main/conv2d"] },
  "Flatten",
  { type = "Dense", units = 10, activation = "softmax" },
]
)"));
  const Spec written_out = read(parse_recipe("blocks.toml", std::string(rest) + R"(
[model]
layers = [
  { name = "residual/main/conv2d", type = "Conv2D", filters = 4, kernel_size = [3, 1], padding = "same" },
  { name = "residual/main/re_lu", type = "ReLU" },
  { name = "residual/main_1/conv2d", type = "Conv2D", filters = 4, kernel_size = [3, 1], padding = "same" },
  { name = "residual/main_1/re_lu", type = "ReLU" },
  { name = "residual/side/conv2d", type = "Conv2D", filters = 4, kernel_size = 1, padding = "same", inputs = "input", trainable = false },
  { name = "residual/side/re_lu", type = "ReLU", trainable = false },
  { name = "residual/sum", type = "Add", inputs = ["residual/main_1/re_lu", "residual/side/re_lu"] },
  { name = "second/main/conv2d", type = "Conv2D", filters = 6, kernel_size = [3, 1], padding = "same" },
  { name = "second/main/re_lu", type = "ReLU" },
  { name = "second/main_1/conv2d", type = "Conv2D", filters = 6, kernel_size = [3, 1], padding = "same" },
  { name = "second/main_1/re_lu", type = "ReLU" },
  { name = "second/side/conv2d", type = "Conv2D", filters = 6, kernel_size = 1, padding = "same", inputs = "residual/sum", trainable = false },
  { name = "second/side/re_lu", type = "ReLU", trainable = false },
  { name = "second/sum", type = "Add", inputs = ["second/main_1/re_lu", "second/side/re_lu"] },
  { name = "concatenate", type = "Concatenate", inputs = ["second/sum", "residual/sum", "second/main/conv2d"] },
  "Flatten",
  { type = "Dense", units = 10, activation = "softmax" },
]
)"));
  CHECK(canonical_toml(with_blocks) == canonical_toml(written_out));
  CHECK(with_blocks == written_out);
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
