// Every reason why a GPU cannot be used, said in words before anything runs. A stand-in for the driver gives the codes.
#include <catch2/catch_test_macros.hpp>

#include "backends/cuda/gpu.h"
#include "backends/factory.h"
#include "core/diagnostic.h"
#include "core/files.h"
#include "tests/cuda/stand_in/control.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

namespace dltrain::test {

namespace {

namespace cuda = backends::cuda;

// What opening a device says on such a machine; empty if nothing.
std::string answer(const std::string& settings, const std::string& device = "cuda") {
  use_stand_in(settings);
  return message_of([&] { backends::open_backend(device, {}); });
}

// A machine whose real driver would be named in the message about an old one.
bool has_real_driver() { return exists("/proc/driver/nvidia/version"); }

}  // namespace

TEST_CASE("cuda: each reason why a GPU cannot be used is said in words") {
  needs_stand_in();
  GoldenSections golden("cuda/messages.txt");
  golden.add("no driver", message_of([] { cuda::Gpu(cuda::Driver::load("libcuda-that-is-not-there.so.1"), "cuda"); }));
  if (!has_real_driver()) golden.add("a driver for CUDA 12.4", answer("driver=12040"));
  golden.add("a driver without GPU", answer("fail=cuInit:100"));
  golden.add("a driver that counts no GPU", answer("devices=0"));
  golden.add("a driver that does not fit its kernel module", answer("fail=cuInit:803"));
  golden.add("GPUs whose fabric is not up", answer("fail=cuInit:802"));
  golden.add("a driver that does not start", answer("fail=cuInit:999"));
  golden.add("a number that no GPU has", answer("devices=2", "cuda:2"));
  golden.add("a number that no machine has", answer("", "cuda:12345678901234567890"));
  golden.add("a GPU that another process holds", answer("mode=3 fail=cuDevicePrimaryCtxRetain:46"));
  golden.add("a GPU that is busy", answer("fail=cuDevicePrimaryCtxRetain:46"));
  golden.add("a GPU that nobody may use", answer("mode=2"));
  golden.add("a GPU of another time", answer("capability=75"));
  golden.add("a GPU without room for a connection", answer("fail=cuDevicePrimaryCtxRetain:2"));
  golden.add("a GPU that is lost while it is opened", answer("fail=cuStreamCreate:999"));
  golden.check();
}

TEST_CASE("cuda: devices are listed, or why there is none") {
  needs_stand_in();
  GoldenSections golden("cuda/devices.txt");
  const auto line = [](const std::string& settings) {
    use_stand_in(settings);
    const backends::DeviceReport report = backends::list_devices()[1];
    std::string text = std::string(report.available ? "available" : "not available") + ": " + report.text + "\n";
    for (const std::string& precision : report.precisions) text += "  " + precision + "\n";
    return text;
  };
  golden.add("one GPU", line(""));
  golden.add("two GPUs", line("devices=2 capability=120"));
  golden.add("an old GPU", line("capability=70"));
  golden.add("no GPU", line("fail=cuInit:100"));
  golden.check();
}

TEST_CASE("cuda: the version of a driver is read from what its kernel module says") {
  CHECK(cuda::driver_release_in("NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC "
                                "2024\nGCC version:  gcc version 12.2.0\n") == "550.54.14");
  CHECK(cuda::driver_release_in("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.159.04  Release Build") ==
        "580.159.04");
  CHECK(cuda::driver_release_in("GCC version:  gcc") == "");
  CHECK(cuda::driver_release_in("") == "");
}

TEST_CASE("cuda: a GPU opens, and gives everything back") {
  needs_stand_in();
  use_stand_in("devices=2");
  {
    const auto backend = backends::open_backend("cuda:1", {});
    CHECK(backend->device().name == "cuda:1");
    CHECK(backend->device().description == "Stand-in GPU, compute capability 9.0, 2 processors, CUDA 13.0");
    CHECK_FALSE(backend->shares_host_memory());
    void* memory = backend->allocate(1000);
    CHECK(stand_in_count("allocations") == 1);
    backend->release(memory);
  }
  CHECK(stand_in_count("allocations") == 0);
  CHECK(stand_in_count("pinned") == 0);
}

}  // namespace dltrain::test
