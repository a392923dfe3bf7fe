// The processor backend, op by op against the reference.
#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "tests/support/backend_check.h"

namespace dltrain::test {

namespace {

// Gradients of gradients have no kernel: they are expanded, and round at every small operation on the way.
bool is_computed_at_once(const OpCase& op_case) {
  const graph::Attribute* flows = op_case.attributes.find("flows");
  return flows == nullptr || std::get<std::vector<int64_t>>(*flows).back() < 2;
}

void check_all(DType real) {
  const auto wanted = [&](const OpCase& op_case) { return real == DType::f32 || is_computed_at_once(op_case); };
  for (const int threads : {1, 2}) {
    for (const OpCheck& check :
         check_backend(backends::open_backend("cpu", {threads}), real, tolerance_of(real), wanted)) {
      INFO(check.title << ": " << check.implementation << ", " << threads << " threads");
      CHECK(check.wrong == "");
    }
  }
}

}  // namespace

TEST_CASE("onednn: every op agrees with the reference in float32") { check_all(DType::f32); }

// Numbers of both sides are rounded to 8 bits; the reference rounds once, at the end.
TEST_CASE("onednn: every op agrees with the reference in bfloat16") {
  if (!backends::open_backend("cpu", {})->device().precisions.back().missing.empty()) SKIP("no units for bfloat16");
  check_all(DType::bf16);
}

}  // namespace dltrain::test
