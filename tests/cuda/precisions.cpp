// tensorfloat32: float32 in memory, with products and convolutions of numbers that are rounded to 10 bits behind the point.
#include <catch2/catch_test_macros.hpp>

#include "core/diagnostic.h"
#include "tests/cuda/run.h"
#include "tests/cuda/stand_in/control.h"
#include "tests/support/backend_check.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"
#include "training/device.h"

namespace dltrain::test {

namespace {

constexpr backends::BackendOptions rounding = {.threads = 1, .deterministic = true, .tensorfloat32 = true};

// Products of two numbers that are each off by 2^-11, and sums of some tens of them that may cancel.
constexpr Tolerance of_rounding = {5e-3, 5e-3};

}  // namespace

TEST_CASE("cuda: every op agrees with the reference in tensorfloat32, as far as it rounds") {
  use_stand_in("");
  for (const OpCheck& check : check_backend(backends::open_backend("cuda", rounding), DType::f32, of_rounding)) {
    INFO(check.title << ": " << check.implementation);
    CHECK(check.wrong == "");
  }
  if (!on_gpu()) {
    CHECK(stand_in_count("products in tensorfloat32") > 0);
    CHECK(stand_in_count("plans in tensorfloat32") > 0);
  }
}

TEST_CASE("cuda: a network is rounded in tensorfloat32, and learns as in float32") {
  for (const Network& network : {dense_network(6), convolution_network(6)}) {
    use_stand_in("");
    const auto session = session_on("cuda", rounding);
    const auto reference = session_on("reference");
    Run found(*session, network.graph);
    Run expected(*reference, network.graph);
    for (int step = 0; step < 3; ++step) {
      found.step();
      expected.step();
    }
    CHECK(difference_of(found, expected, {2e-2, 2e-2}) == "");
    CHECK_FALSE(difference_of(found, expected, {2e-5, 1e-6}) == "");
  }
}

TEST_CASE("cuda: a recipe says whether products round and whether sums have one order") {
  models::RunSpec run;
  CHECK_FALSE(training::options_of(run).tensorfloat32);
  CHECK(training::options_of(run).deterministic);
  run.precision = "tensorfloat32";
  run.deterministic = false;
  CHECK(training::options_of(run).tensorfloat32);
  CHECK_FALSE(training::options_of(run).deterministic);
}

TEST_CASE("cuda: precisions that a device lacks are refused, and those that it has named") {
  GoldenSections golden("cuda/precisions.txt");
  use_stand_in("");
  const auto refusal = [](const std::string& device, const std::string& precision) {
    return message_of([&] { backends::require_precision(backends::open_backend(device, {})->device(), precision); });
  };
  golden.add("tensorfloat32 without one", refusal("reference", "tensorfloat32"));
  if (!on_gpu()) {
    use_stand_in("capability=75");
    golden.add("tensorfloat32 on a GPU without its units",
               message_of([] { backends::open_backend("cuda", rounding); }));
  }
  if (!on_gpu()) golden.check();
}

}  // namespace dltrain::test
