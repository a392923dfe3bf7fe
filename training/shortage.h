// What is said where a batch of some size needs more memory than there is.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "backends/plan.h"
#include "core/diagnostic.h"

namespace dltrain::training {

// What may be taken of `available` bytes: an eighth stays for batches that are read ahead, and for others.
constexpr int64_t room_in(int64_t available) { return available - available / 8; }

// How messages say when and where memory is free: "at this moment", "on cuda:0 at this moment".
std::string moment_on(const backends::Backend& backend);

struct FreeMemory {
  int64_t bytes = 0;
  std::string moment;
};

// The values of a plan that take most, one a line.
std::string largest_values(const backends::Plan& plan);

using CompileForBatch = std::function<std::unique_ptr<backends::Plan>(int64_t batch)>;

// Names the largest values of `plan`, which is for `batch`, and the largest batch (a power of two) that finds room in
// what is free, for which `compile` makes plans. `accumulates`: micro-batches can make up for a smaller batch.
// Nothing if the plan fits: then something else is too large.
std::optional<UserError> memory_shortage(const backends::Plan& plan, const CompileForBatch& compile, int64_t batch,
                                         const FreeMemory& free, bool accumulates);

}  // namespace dltrain::training
