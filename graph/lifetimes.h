// Where pieces of memory lie that are needed for a time only: those that live at the same time do not overlap.
#pragma once

#include <cstdint>
#include <vector>

namespace dltrain::graph {

struct Lifetime {
  int64_t bytes = 0;
  int32_t first = 0, last = 0;  // steps, both included
  int64_t offset = 0;
};

// Gives each its offset; how many bytes there must be. A pure function of sizes and times. Up to 16,384 pieces: the
// largest first, each at the lowest offset that is free for all of its life. More, as that takes a time that grows with
// their square: in the order of time, each in the smallest gap that is free when its life begins.
int64_t assign_offsets(std::vector<Lifetime>& lives);

}  // namespace dltrain::graph
