// What holds for every component of layers/: documentation, canonical form, rules, and that it builds.
#include "layers/registry.h"

#include <set>

#include <catch2/catch_test_macros.hpp>

#include "core/text.h"
#include "layers/activations.h"
#include "layers/constraints.h"
#include "layers/initializers.h"
#include "layers/regularizers.h"
#include "tests/layers/harness.h"
#include "tests/layers/samples.h"

namespace dltrain::test {
namespace {

const std::vector<std::string> families = {"activation", "constraint", "initializer", "layer", "regularizer"};

std::vector<const Schema*> all_schemas() {
  std::vector<const Schema*> schemas;
  for (const std::string& family : families) {
    for (const std::string& kind : catalogue().kinds(family)) schemas.push_back(catalogue().find(family, kind));
  }
  return schemas;
}

// A setting that reads without complaint: what a sample gives to required fields.
Setting smallest(const Schema& schema) {
  Table table;
  table.set("type", schema.kind);
  for (const LayerSample& sample : layer_samples()) {
    const Setting given = json(sample.layer);
    if (schema.family != "layer" || *given.table()->at("type").text() != schema.kind) continue;
    for (const Field& field : schema.fields) {
      if (field.required) table.set(field.name, given.table()->at(field.name));
    }
    break;
  }
  return table;
}

// A number that breaks the rule.
double breaking(const Rule& rule) {
  switch (rule.kind) {
    case Rule::Kind::at_least: return rule.bound - 1;
    case Rule::Kind::at_most: return rule.bound + 1;
    default: return rule.bound;
  }
}

Setting broken(const Field& field, const Rule& rule) {
  const double number = breaking(rule);
  const bool whole = field.type == FieldType::integer || field.type == FieldType::integers ||
                     (field.type == FieldType::other && field.type_text.starts_with("integer"));
  return whole ? Setting(static_cast<int64_t>(number)) : Setting(number);
}

}  // namespace

TEST_CASE("every component and every parameter is documented") {
  for (const Schema* schema : all_schemas()) {
    INFO(schema->family << " " << schema->kind);
    CHECK(schema->doc.size() >= 6);
    CHECK(schema->doc.ends_with("."));
    for (const Field& field : schema->fields) {
      INFO(field.name);
      CHECK_FALSE(field.doc.empty());
      CHECK_FALSE(field.doc.ends_with("."));
      CHECK(field.name == snake_case(field.name));
      CHECK((field.type != FieldType::component || !field.family.empty()));
    }
  }
}

TEST_CASE("the families hold what was promised") {
  CHECK(catalogue().families() == families);
  CHECK(catalogue().kinds("activation") == std::vector<std::string>{"elu", "exponential", "gelu", "hard_sigmoid",
                                                                    "leaky_relu", "linear", "log_softmax", "relu",
                                                                    "relu6", "selu", "sigmoid", "silu", "softmax",
                                                                    "softplus", "softsign", "tanh"});
  CHECK(catalogue().kinds("initializer") ==
        std::vector<std::string>{"Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity",
                                 "LecunNormal", "LecunUniform", "Ones", "Orthogonal", "RandomNormal", "RandomUniform",
                                 "TruncatedNormal", "UnitForgetBias", "VarianceScaling", "Zeros"});
  CHECK(catalogue().find("activation", "swish")->kind == "silu");
  CHECK(catalogue().find("initializer", "he_normal")->kind == "HeNormal");
  CHECK(catalogue().find("initializer", "uniform")->kind == "RandomUniform");
  CHECK(catalogue().find("regularizer", "l1_l2")->kind == "L1L2");
  CHECK(catalogue().find("constraint", "max_norm")->kind == "MaxNorm");
}

TEST_CASE("every layer has a sample, and gives the shape and the weights that it promises") {
  std::set<std::string> seen;
  for (const LayerSample& sample : layer_samples()) {
    INFO(sample.layer);
    const Component layer = from_json("layer", sample.layer);
    seen.insert(layer.kind);
    for (const bool training : {true, false}) {
      std::vector<Fed> inputs;
      for (const Shape& shape : sample.inputs) inputs.push_back({{sample.dtype, shape}});
      const Built built = build(layer, inputs, {.training = training});
      REQUIRE(built.outputs.size() == 1);
      CHECK(built.shape() == sample.output);
      CHECK(built.state_names() == sample.states);
    }
  }
  for (const std::string& kind : catalogue().kinds("layer")) {
    INFO(kind << " has no sample");
    CHECK(seen.contains(kind));
  }
}

TEST_CASE("a component read again from its canonical form is the same") {
  for (const LayerSample& sample : layer_samples()) {
    INFO(sample.layer);
    const Component layer = from_json("layer", sample.layer);
    CHECK(component("layer", layer.setting()) == layer);
  }
  for (const Schema* schema : all_schemas()) {
    INFO(schema->family << " " << schema->kind);
    const Component first = component(schema->family, smallest(*schema));
    CHECK(first.params.size() == schema->fields.size());
    CHECK(component(schema->family, first.setting()) == first);
  }
}

TEST_CASE("breaking a rule gives a message that names field, rule and value") {
  size_t broken_rules = 0;
  for (const Schema* schema : all_schemas()) {
    for (const Field& field : schema->fields) {
      for (const Rule& rule : field.rules) {
        Setting setting = smallest(*schema);
        setting.table()->set(field.name, broken(field, rule));
        INFO(schema->family << " " << setting.toml());
        const std::vector<Diagnostic> found = complaints(schema->family, setting);
        REQUIRE(found.size() == 1);
        INFO(found[0].text());
        CHECK(found[0].code.name() == "out-of-range");
        CHECK(found[0].what.find(field.name + " must be " + rule.text()) != std::string::npos);
        CHECK(found[0].what.find("(was ") != std::string::npos);
        ++broken_rules;
      }
    }
  }
  CHECK(broken_rules > 60);
}

TEST_CASE("a required parameter that is missing is named") {
  for (const Schema* schema : all_schemas()) {
    for (const Field& field : schema->fields) {
      if (!field.required) continue;
      Setting setting = smallest(*schema);
      setting.table()->erase(field.name);
      INFO(setting.toml());
      const std::vector<Diagnostic> found = complaints(schema->family, setting);
      REQUIRE(found.size() == 1);
      CHECK(found[0].what == "the key \"" + field.name + "\" is missing");
    }
  }
}

TEST_CASE("an unknown choice is refused with the known ones") {
  for (const Schema* schema : all_schemas()) {
    for (const Field& field : schema->fields) {
      if (field.choices.empty()) continue;
      Setting setting = smallest(*schema);
      setting.table()->set(field.name, "nonsense");
      INFO(setting.toml());
      const std::vector<Diagnostic> found = complaints(schema->family, setting);
      REQUIRE(found.size() == 1);
      CHECK(found[0].what == field.name + " \"nonsense\" is not known");
      CHECK(found[0].known == join(field.choices, ", "));
    }
  }
}

}  // namespace dltrain::test
