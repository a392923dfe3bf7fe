// One declaration per parameter: what `describe` says comes back as schema, defaults, canonical form and values.
#include "core/schema.h"

#include <catch2/catch_test_macros.hpp>

#include "core/describe.h"

namespace dltrain::test {

namespace {

enum class Padding {
  valid,
  same
};
std::span<const EnumName<Padding>> enum_names(Padding) {
  static constexpr EnumName<Padding> names[] = {{Padding::valid, "valid"}, {Padding::same, "same"}};
  return names;
}

struct Shared {
  double rate = 0.5;
};

struct Example : Shared {
  static constexpr auto kind = "Example";
  int64_t units = 1;
  std::array<int64_t, 2> strides = {1, 2};
  std::vector<double> weights = {0.5};
  std::optional<int64_t> seed;
  Padding padding = Padding::same;
  Component initializer = named("initializer", "zeros");
  bool verbose = false;

  static void describe(auto& d) {
    d.doc("An example.");
    d.alias("example");
    d.param(&Example::units, "units", "how many").required().at_least(1);
    d.param(&Example::strides, "strides", "steps").at_least(1).formerly("stride");
    d.param(&Example::rate, "rate", "a share").at_least(0).less_than(1);
    d.param(&Example::weights, "weights", "numbers");
    d.param(&Example::seed, "seed", "of random numbers");
    d.param(&Example::padding, "padding", "at the border");
    d.param(&Example::initializer, "initializer", "first values");
    d.param(&Example::verbose, "verbose", "says more");
  }
  void check(FieldReport& report) const {
    if (verbose && units > 5) report.error("units", "too many to be verbose");
  }
};

struct Reports : FieldReport {
  std::vector<std::string> fields;
  void error(std::string_view field, std::string, std::string) override { fields.emplace_back(field); }
  void missing_key(std::string_view key, std::string) override { fields.emplace_back(key); }
};

std::string complaint(const Field& field, const Setting& given) {
  Setting canonical;
  return field.normalise(given, canonical);
}

Setting canonical(const Field& field, const Setting& given) {
  Setting result;
  REQUIRE(field.normalise(given, result).empty());
  return result;
}

}  // namespace

TEST_CASE("a schema holds what describe says") {
  const Schema schema = make_schema<Example>("layer");
  CHECK(schema.kind == "Example");
  CHECK(schema.family == "layer");
  CHECK(schema.doc == "An example.");
  CHECK(schema.aliases == std::vector<std::string>{"example"});
  REQUIRE(schema.fields.size() == 8);

  const Field& units = *schema.find("units");
  CHECK(units.required);
  CHECK(units.default_value.is_none());
  REQUIRE(units.rules.size() == 1);
  CHECK(units.rules[0].text() == "at least 1");

  CHECK(schema.find("strides")->default_value == Setting(List{1, 2}));
  CHECK(schema.find("strides")->former_names == std::vector<std::string>{"stride"});
  CHECK(*schema.find("rate")->default_value.real() == 0.5);
  CHECK(schema.find("seed")->optional);
  CHECK(schema.find("padding")->choices == std::vector<std::string>{"valid", "same"});
  CHECK(*schema.find("padding")->default_value.text() == "same");
  CHECK(schema.find("initializer")->family == "initializer");
  CHECK(schema.find("nothing") == nullptr);
}

TEST_CASE("rules hold at their bounds or not") {
  CHECK(Rule{Rule::Kind::at_least, 1}.holds(1));
  CHECK_FALSE(Rule{Rule::Kind::at_least, 1}.holds(0.5));
  CHECK(Rule{Rule::Kind::at_most, 1}.holds(1));
  CHECK_FALSE(Rule{Rule::Kind::greater_than, 1}.holds(1));
  CHECK_FALSE(Rule{Rule::Kind::less_than, 1}.holds(1));
  CHECK(Rule{Rule::Kind::less_than, 1}.holds(0.9));
  CHECK(Rule{Rule::Kind::less_than, 1}.text() == "less than 1");
}

TEST_CASE("values are brought into canonical form or refused") {
  const Schema schema = make_schema<Example>("layer");
  CHECK(canonical(*schema.find("units"), 3) == Setting(3));
  CHECK_FALSE(complaint(*schema.find("units"), 3.5).empty());
  CHECK_FALSE(complaint(*schema.find("units"), "3").empty());
  CHECK_FALSE(complaint(*schema.find("units"), true).empty());
  CHECK(canonical(*schema.find("strides"), 2) == Setting(List{2, 2}));
  CHECK(canonical(*schema.find("strides"), List{2, 3}) == Setting(List{2, 3}));
  CHECK_FALSE(complaint(*schema.find("strides"), List{1, 2, 3}).empty());
  CHECK(canonical(*schema.find("rate"), 1) == Setting(1.0));
  CHECK(canonical(*schema.find("rate"), "1/255") == Setting(1.0 / 255));
  CHECK_FALSE(complaint(*schema.find("rate"), "many").empty());
  CHECK_FALSE(complaint(*schema.find("rate"), "1/0").empty());
  CHECK(canonical(*schema.find("weights"), 2) == Setting(List{2.0}));
  CHECK_FALSE(complaint(*schema.find("verbose"), 1).empty());
}

TEST_CASE("a component is read into its struct") {
  Table params;
  params.set("units", 7);
  params.set("strides", List{3, 4});
  params.set("rate", 0.25);
  params.set("seed", 9);
  params.set("padding", "valid");
  const Example example = read<Example>(params);
  CHECK(example.units == 7);
  CHECK(example.strides == std::array<int64_t, 2>{3, 4});
  CHECK(example.rate == 0.25);
  CHECK(example.seed == 9);
  CHECK(example.padding == Padding::valid);
  CHECK(example.weights == std::vector<double>{0.5});
  CHECK(example.initializer.kind == "zeros");
}

TEST_CASE("a component checks across its fields") {
  const Schema schema = make_schema<Example>("layer");
  Table params;
  params.set("units", 7);
  params.set("verbose", true);
  Reports reports;
  schema.check(params, reports);
  CHECK(reports.fields == std::vector<std::string>{"units"});
}

TEST_CASE("a catalogue finds by family, kind and alias") {
  Catalogue catalogue;
  catalogue.add(make_schema<Example>("layer"));
  catalogue.add(make_schema<Example>("loss"));
  CHECK(catalogue.find("layer", "Example") != nullptr);
  CHECK(catalogue.find("layer", "example") == catalogue.find("layer", "Example"));
  CHECK(catalogue.find("layer", "Exampel") == nullptr);
  CHECK(catalogue.find("metric", "Example") == nullptr);
  CHECK(catalogue.families() == std::vector<std::string>{"layer", "loss"});
  CHECK(catalogue.kinds("layer") == std::vector<std::string>{"Example"});
  CHECK(catalogue.names("layer") == std::vector<std::string>{"Example", "example"});
  CHECK(catalogue.everywhere("example").size() == 2);
  CHECK_THROWS_AS(catalogue.add(make_schema<Example>("layer")), Bug);
  catalogue.plan("layer", {"LSTM", "Example"});
  CHECK(catalogue.planned("layer", "LSTM"));
  CHECK_FALSE(catalogue.planned("layer", "Example"));
  CHECK_FALSE(catalogue.planned("layer", "GRU"));
}

}  // namespace dltrain::test
