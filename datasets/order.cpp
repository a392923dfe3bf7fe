#include "datasets/order.h"

#include <numeric>
#include <string>

#include "core/checked.h"
#include "core/random.h"

namespace dltrain::datasets {

std::vector<int64_t> random_order(int64_t count, uint64_t seed, const char* purpose, int64_t step) {
  std::vector<int64_t> order(to_size(count));
  std::iota(order.begin(), order.end(), int64_t{0});
  const RandomStream random(seed, stable_hash("datasets/" + std::string(purpose)));
  for (uint64_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[random.below(i, static_cast<uint64_t>(step), i)]);
  }
  return order;
}

std::vector<int64_t> epoch_order(int64_t count, uint64_t seed, int64_t epoch) {
  return random_order(count, seed, "shuffle", epoch);
}

}  // namespace dltrain::datasets
