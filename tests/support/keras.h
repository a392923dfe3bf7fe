// The numbers made by Keras (tests/fixtures/keras/README.md).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/array.h"
#include "core/setting.h"

namespace dltrain::test {

// One family: <name>.json and, where there is one, <name>.npz.
struct KerasFixture {
  std::vector<Table> cases;
  std::map<std::string, Array> arrays;  // "<case>.<role>"

  // The array of a case, as doubles; empty if there is none.
  std::vector<double> numbers(const std::string& case_name, const std::string& role) const;
  bool has(const std::string& case_name, const std::string& role) const {
    return arrays.contains(case_name + "." + role);
  }
};

// name: "layers/core".
KerasFixture keras_fixture(const std::string& name);

// The elements of a list of integers of a case.
std::vector<int64_t> integers(const Setting& list);

// Checks numbers against those of Keras, which are float32: |a - b| <= tolerance (|b| + scale), where scale is the
// largest |b|, so that what cancels to almost nothing is compared with what it is made of.
void check_close(const std::vector<double>& actual, const std::vector<double>& expected, double tolerance,
                 const std::string& what);

}  // namespace dltrain::test
