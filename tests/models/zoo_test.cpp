// The models of the zoo against tests/fixtures/zoo/counts.tsv: parameters as other frameworks count them, and as they are
// published. A model without a line there fails.
#include <algorithm>
#include <cmath>

#include <catch2/catch_test_macros.hpp>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"
#include "datasets/source.h"
#include "layers/registry.h"
#include "models/catalogue.h"
#include "models/recipe/canonical.h"
#include "models/recipe/format.h"
#include "models/recipe/parse.h"
#include "models/recipe/reader.h"
#include "models/zoo/zoo.h"
#include "tests/support/catalogue.h"
#include "tests/support/paths.h"

namespace dltrain::models {
namespace {

const Catalogue& whole_catalogue() {
  static const Catalogue catalogue =
      test::catalogue_of(layers::fill_catalogue, models::fill_catalogue, datasets::fill_catalogue);
  return catalogue;
}

struct Row {
  std::string layer;  // as a recipe writes it
  Setting input;
  int64_t trained, fixed;
  std::string published;
  int64_t left_out;  // of the published figure
  std::string where;
};

std::vector<Row> rows() {
  std::vector<Row> all;
  for (const std::string& line : split(read_text(test::fixture_path("zoo/counts.tsv"), ExitCode::io), '\n')) {
    const std::vector<std::string> cells = split(line, '\t');
    if (cells.size() != 7 || cells[0] == "layer") continue;
    const Table input = parse_toml(std::make_shared<const Source>(Source{"counts.tsv", "input = " + cells[1] + "\n"}));
    all.push_back({cells[0], input.at("input"), std::stoll(cells[2]), std::stoll(cells[3]), cells[4],
                   std::stoll(cells[5]), cells[6]});
  }
  return all;
}

// "25557032" is all of it, moving averages included or not; "0.27M" is rounded to its last digit.
bool is_published_as(const Row& row) {
  const int64_t counted = row.trained - row.left_out;
  if (!row.published.ends_with('M')) {
    const int64_t published = std::stoll(row.published);
    return published == counted || published == counted + row.fixed;
  }
  const std::string number = row.published.substr(0, row.published.size() - 1);
  const size_t dot = number.find('.');
  const double digits = dot == std::string::npos ? 0 : static_cast<double>(number.size() - dot - 1);
  const double unit = 1e6 / std::pow(10, digits);
  return std::abs(static_cast<double>(counted) - std::stod(number) * 1e6) <= unit / 2;
}

Spec read(const std::string& text) {
  Diagnostics diagnostics;
  Spec spec = read_spec(parse_recipe("recipe.toml", text), whole_catalogue(), {}, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) FAIL_CHECK(diagnostic.text());
  return spec;
}

const std::string around = R"(
[data]
type = "digits"
[train]
loss = "sparse_categorical_crossentropy"
)";

}  // namespace

TEST_CASE("models of the zoo have the parameters that other frameworks count, and that are published") {
  for (const Row& row : rows()) {
    INFO(row.layer << ", " << row.where);
    const zoo::Counts counts = zoo::count_parameters(whole_catalogue(), row.layer, row.input);
    CHECK(counts.trained == row.trained);
    CHECK(counts.fixed == row.fixed);
    CHECK(is_published_as(row));
    CHECK(row.where.size() > 8);
  }
}

TEST_CASE("every model of the zoo has a published count for its defaults, at the input that it names") {
  const std::vector<Row> all = rows();
  REQUIRE(zoo::names().size() >= 30);
  for (const std::string& name : zoo::names()) {
    INFO(name << " has no line in tests/fixtures/zoo/counts.tsv (counts.py)");
    const auto row = std::find_if(all.begin(), all.end(), [&](const Row& r) {
      return r.layer == quote("zoo/" + name) || r.layer == "{ type = " + quote("zoo/" + name) + " }";
    });
    REQUIRE(row != all.end());
    if (row->layer.front() == '"') CHECK(zoo::find(name)->input == row->input);
  }
}

TEST_CASE("files of the zoo are formatted, and say nothing that nobody uses") {
  for (const auto& [file, text] : zoo::pages()) {
    INFO("models/zoo/" << file << ".toml; dltrain fmt formats it");
    CHECK(text.starts_with("# "));
    CHECK(formatted(file, text) == text);
    const Table table = parse_toml(std::make_shared<const Source>(Source{file, text}));
    const auto used = [&](const std::string& what) { return text.find(what) != std::string::npos; };
    for (const Table::Entry& entry : table.at("parameters").table()->entries()) {
      INFO(entry.key);
      CHECK(used("\"${" + entry.key + "}\""));
      CHECK_FALSE(entry.value.text()->ends_with('.'));
    }
    if (!table.contains("blocks")) continue;
    for (const Table::Entry& entry : table.at("blocks").table()->entries()) {
      INFO(entry.key);
      CHECK(used("type = \"" + entry.key + "\"") != used("\n  \"" + entry.key + "\""));
    }
  }
}

TEST_CASE("what a recipe means does not depend on the zoo once it is read") {
  const Spec spec = read(around + "[model]\nlayers = [\"zoo/resnet20\"]\n");
  const std::string canonical = canonical_toml(spec);
  CHECK(canonical.find("zoo/") == std::string::npos);
  CHECK(canonical.find("\"resnet20/residual_1/main/conv2d\"") != std::string::npos);
  CHECK(read(canonical) == spec);
}

TEST_CASE("a model of the zoo stands among layers, in blocks, repeated, and next to blocks of the same names") {
  const Spec spec = read(around + R"(
[blocks.conv]
layers = [{ type = "Conv2D", filters = 3, kernel_size = 3, padding = "same" }, "seen"]
[blocks.seen]
layers = [{ type = "zoo/resnet20", blocks = 1, further = 1, until = "re_lu" }]
[model]
layers = [
  { type = "Rescaling", scale = 2 },
  { type = "conv", repeat = 2, trainable = false },
  { name = "body", type = "zoo/resnet20", blocks = 1, until = "global_average_pooling2d" },
  { type = "Dense", units = 10, activation = "softmax" },
]
)");
  std::vector<std::string> names;
  for (const LayerSpec& layer : spec.model.layers) names.push_back(layer.name);
  const auto has = [&](const std::string& name) { return std::ranges::find(names, name) != names.end(); };
  CHECK(has("conv_1/seen/resnet20/conv/conv2d"));
  CHECK(has("conv_1/seen/resnet20/re_lu"));
  CHECK_FALSE(has("conv/seen/resnet20/residual/add"));
  CHECK(has("body/widening/shortcut"));
  CHECK_FALSE(has("body/predictions"));
  const auto layer = [&](const std::string& name) {
    return *std::ranges::find_if(spec.model.layers, [&](const LayerSpec& l) { return l.name == name; });
  };
  CHECK_FALSE(layer("conv/seen/resnet20/conv/conv2d").trainable);
  CHECK(layer("body/conv/conv2d").trainable);
  CHECK(layer("body/conv/conv2d").inputs == std::vector<std::string>{"conv_1/seen/resnet20/re_lu"});
  CHECK(layer("dense").inputs == std::vector<std::string>{"body/global_average_pooling2d"});
}

}  // namespace dltrain::models
