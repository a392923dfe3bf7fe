// Devices by name.
#include "backends/factory.h"

#include <catch2/catch_test_macros.hpp>

#include "core/diagnostic.h"
#include "core/module.h"
#include "tests/support/files.h"

namespace dltrain::test {

namespace {

std::string refusal(const std::string& device) {
  return message_of([&] { backends::open_backend(device, {}); });
}

}  // namespace

TEST_CASE("devices that are there open") {
  CHECK(backends::open_backend("auto", {})->device().name == "cpu");
  const auto cpu = backends::open_backend("cpu", {3});
  CHECK(cpu->device().description.find("3 threads, oneDNN ") != std::string::npos);
  CHECK(cpu->device().memory_bytes > 0);
  CHECK(backends::open_backend("reference", {})->device().name == "reference");
}

TEST_CASE("a build without the CUDA backend says what to do") {
  if (module_exists("cuda")) SKIP("this build has the CUDA backend");
  CHECK(refusal("cuda") ==
        "error[E1402]: device \"cuda\": this build has no CUDA backend\n"
        "   = help: use device = \"cpu\" under [run], or build dltrain with the CMake preset \"cuda\" "
        "(docs/how-to/cuda.md)\n");
  CHECK(refusal("cuda:1").starts_with("error[E1402]: device \"cuda:1\": "));
  const std::vector<backends::DeviceReport> reports = backends::list_devices();
  REQUIRE(reports.size() == 3);
  CHECK(reports[1].device == "cuda");
  CHECK_FALSE(reports[1].available);
  CHECK(reports[1].text.starts_with("this build has no CUDA backend; "));
}

TEST_CASE("a device that is not there says what to do") {
  CHECK(refusal("gpu") ==
        "error[E1401]: device: there is no device \"gpu\"\n"
        "   did you mean \"cuda\"?\n"
        "   known: \"auto\", \"cpu\", \"cuda\", \"cuda:N\" (card number N), \"reference\"\n");
  CHECK(refusal("cpuu").find("did you mean \"cpu\"?") != std::string::npos);
  CHECK(refusal("cuda:x").find("did you mean \"cuda\"?") != std::string::npos);
  try {
    backends::open_backend("tpu", {});
    FAIL("a device \"tpu\" was opened");
  } catch (const UserError& error) {
    CHECK(error.code() == ExitCode::device);
  }
}

TEST_CASE("the list of devices says what is missing") {
  const std::vector<backends::DeviceReport> reports = backends::list_devices();
  REQUIRE(reports.size() == 3);
  CHECK(reports[0].device == "cpu");
  CHECK(reports[0].available);
  CHECK(reports[1].device == "cuda");
}

}  // namespace dltrain::test
