#include "tests/support/keras.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "core/files.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "formats/npy/npz.h"
#include "tests/support/paths.h"

namespace dltrain::test {

std::vector<double> KerasFixture::numbers(const std::string& case_name, const std::string& role) const {
  const auto found = arrays.find(case_name + "." + role);
  if (found == arrays.end()) return {};
  std::vector<double> values;
  for (int64_t i = 0; i < found->second.elements(); ++i) values.push_back(element(found->second, i));
  return values;
}

KerasFixture keras_fixture(const std::string& name) {
  KerasFixture fixture;
  const std::string path = fixture_path("keras/" + name);
  const Setting file = formats::read_json(path + ".json", ExitCode::io);
  for (const Setting& each : *file.table()->at("cases").list()) fixture.cases.push_back(*each.table());
  if (!exists(path + ".npz")) return fixture;
  for (auto& [key, array] : formats::read_npz(path + ".npz")) fixture.arrays.emplace(key, std::move(array));
  return fixture;
}

std::vector<int64_t> integers(const Setting& list) {
  std::vector<int64_t> values;
  for (const Setting& each : *list.list()) values.push_back(*each.integer());
  return values;
}

void check_close(const std::vector<double>& actual, const std::vector<double>& expected, double tolerance,
                 const std::string& what) {
  INFO(what);
  REQUIRE(actual.size() == expected.size());
  double scale = 0;
  for (const double value : expected) scale = std::max(scale, std::fabs(value));
  double worst = 0;
  size_t where = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    const double off = std::fabs(actual[i] - expected[i]) / (std::fabs(expected[i]) + scale + 1e-30);
    if (off <= worst) continue;  // false for not-a-number
    worst = off;
    where = i;
  }
  INFO("element " << where << ": " << number_text(actual.empty() ? 0 : actual[where]) << ", Keras has "
                  << number_text(expected.empty() ? 0 : expected[where]));
  CHECK(worst <= tolerance);
}

}  // namespace dltrain::test
