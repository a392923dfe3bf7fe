// Every op on a GPU against the reference. Without a GPU the kernels run on the host, as the same text compiled for it.
#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "graph/op.h"
#include "tests/cuda/stand_in/control.h"
#include "tests/support/backend_check.h"

namespace dltrain::test {

namespace {

void check_all(DType real, const std::function<bool(const OpCase&)>& wanted) {
  for (const char* settings : {"", "backwards=1"}) {
    use_stand_in(settings);
    for (const OpCheck& check : check_backend(backends::open_backend("cuda", {}), real, tolerance_of(real), wanted)) {
      INFO(check.title << ": " << check.implementation << " " << settings);
      CHECK(check.wrong == "");
    }
    CHECK(stand_in_count("broken borders") == 0);
    CHECK(stand_in_count("unpinned copies") == 0);
    CHECK(stand_in_count("allocations") == 0);
  }
}

}  // namespace

TEST_CASE("cuda: every op agrees with the reference in float32") {
  check_all(DType::f32, [](const OpCase&) { return true; });
}

// Numbers of both sides are rounded to 8 bits; the reference rounds once, at the end.
TEST_CASE("cuda: every op agrees with the reference in bfloat16") {
  check_all(DType::bf16, [](const OpCase&) { return true; });
}

TEST_CASE("cuda: every op agrees with the reference in float16") {
  check_all(DType::f16, [](const OpCase&) { return true; });
}

}  // namespace dltrain::test
