// The meaning of ops against PyTorch and NumPy (tests/fixtures/ops/make.py), on the reference in float64.
#include <catch2/catch_test_macros.hpp>

#include "formats/json/json.h"
#include "tests/support/numbers.h"
#include "tests/support/op_case.h"
#include "tests/support/paths.h"

namespace dltrain::test {

namespace {

double number(const Setting& value) {
  if (const bool* truth = value.boolean()) return *truth ? 1 : 0;
  if (const int64_t* whole = value.integer()) return static_cast<double>(*whole);
  return *value.real();
}

std::vector<int64_t> integers_of(const Setting& list) {
  std::vector<int64_t> values;
  for (const Setting& value : *list.list()) values.push_back(*value.integer());
  return values;
}

// [dtype, shape, elements]
Operand operand(const Setting& array) {
  const List& parts = *array.list();
  std::vector<double> values;
  for (const Setting& value : *parts[2].list()) values.push_back(number(value));
  return listed(Shape(integers_of(parts[1])), std::move(values), *dtype_of(*parts[0].text()));
}

graph::Attribute attribute(const Setting& value) {
  if (value.list() != nullptr) return integers_of(value);
  if (value.boolean() != nullptr) return *value.boolean();
  if (value.integer() != nullptr) return *value.integer();
  if (value.real() != nullptr) return *value.real();
  if (const auto dtype = dtype_of(*value.text())) return *dtype;
  return *value.text();
}

OpCase op_case(const Table& one) {
  OpCase result{*one.at("op").text(), *one.at("case").text(), {}};
  for (const Setting& input : *one.at("inputs").list()) result.inputs.push_back(operand(input));
  for (const auto& [key, value, place] : one.at("attributes").table()->entries())
    result.attributes.set(key, attribute(value));
  return result;
}

Array expected(const Setting& output) {
  const Operand values = operand(output);
  const bool real = values.type.dtype == DType::f32;
  return reals_array(values.type.shape, values.values, real ? DType::f64 : values.type.dtype);
}

}  // namespace

TEST_CASE("ops compute what PyTorch and NumPy compute") {
  const Setting file = formats::read_json(fixture_path("ops/ops.json"), ExitCode::data);
  for (const Setting& one : *file.table()->at("cases").list()) {
    const OpCase example = op_case(*one.table());
    INFO(example.title());
    const Arrays results = run_on_reference(op_case_graph(example, DType::f64), op_case_inputs(example, DType::f64));
    const List& outputs = *one.table()->at("outputs").list();
    REQUIRE(results.size() == outputs.size());
    for (size_t i = 0; i < outputs.size(); ++i) {
      CHECK(difference(results.at("y" + std::to_string(i)), expected(outputs[i]), {1e-11, 1e-11}) == "");
    }
  }
}

}  // namespace dltrain::test
