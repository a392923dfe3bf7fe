// Twenty training steps in mixed precision from the same weights and batches as real Keras under its policies
// mixed_bfloat16 and mixed_float16, and as PyTorch under autocast.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "tests/training/mixed_losses.h"

namespace dltrain::test {

namespace {

bool computes_in(const std::string& device, const std::string& precision) {
  const auto backend = backends::open_backend(device, {});
  const auto& all = backend->device().precisions;
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& each) { return each.name == precision && each.missing.empty(); });
}

}  // namespace

TEST_CASE("twenty steps in mixed precision give Keras' and PyTorch's losses") {
  for (const std::string precision : {"mixed_bfloat16", "mixed_float16"}) {
    const std::vector<Table> runs = mixed_runs(precision);
    for (const Table& run : runs) {
      for (const std::string device : {"reference", "cpu"}) {
        if (!computes_in(device, precision)) continue;
        DYNAMIC_SECTION(*run.at("case").text() << " in " << precision << " on " << device) {
          check_mixed_run(run, device, precision);
        }
      }
    }
    CHECK(runs.size() >= 8);
  }
}

}  // namespace dltrain::test
