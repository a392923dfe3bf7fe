// Twenty training steps in mixed precision from the same weights and batches as real Keras under its policy
// mixed_bfloat16, and as PyTorch under autocast.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "tests/training/mixed_losses.h"

namespace dltrain::test {

namespace {

bool has_bfloat16(const std::string& device) {
  const auto backend = backends::open_backend(device, {});
  const auto& all = backend->device().precisions;
  return std::any_of(all.begin(), all.end(),
                     [](const auto& each) { return each.name == "mixed_bfloat16" && each.missing.empty(); });
}

}  // namespace

TEST_CASE("twenty steps in mixed precision give Keras' and PyTorch's losses") {
  const std::vector<Table> runs = mixed_runs();
  for (const Table& run : runs) {
    for (const std::string device : {"reference", "cpu"}) {
      if (!has_bfloat16(device)) continue;
      DYNAMIC_SECTION(*run.at("case").text() << " on " << device) { check_mixed_run(run, device, "mixed_bfloat16"); }
    }
  }
  CHECK(runs.size() >= 8);
}

}  // namespace dltrain::test
