// The processor backend, op by op against the reference.
#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "tests/support/backend_check.h"

namespace dltrain::test {

TEST_CASE("onednn: every op agrees with the reference in float32") {
  for (const int threads : {1, 2}) {
    for (const OpCheck& check :
         check_backend(backends::open_backend("cpu", {threads}), DType::f32, tolerance_of(DType::f32))) {
      INFO(check.title << ": " << check.implementation << ", " << threads << " threads");
      CHECK(check.wrong == "");
    }
  }
}

}  // namespace dltrain::test
