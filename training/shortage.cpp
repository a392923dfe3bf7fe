#include "training/shortage.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "core/checked.h"
#include "core/text.h"
#include "graph/op.h"

namespace dltrain::training {

namespace {

std::string size_text(int64_t bytes) { return bytes_text(to_size(bytes)); }

}  // namespace

std::string moment_on(const backends::Backend& backend) {
  return (backend.shares_host_memory() ? "" : "on " + backend.device().name + " ") + "at this moment";
}

std::string largest_values(const backends::Plan& plan) {
  struct Large {
    int64_t bytes;
    std::string text;
  };
  std::vector<Large> all;
  for (const backends::Step& step : plan.steps) {
    const graph::Node& node = plan.graph.nodes[step.node];
    for (size_t o = 0; o < node.outputs.size(); ++o) {
      if (plan.memory.values[step.node][o].kind != graph::Placement::Kind::arena) continue;
      const graph::ValueType& type = node.outputs[o];
      const std::string& layer = plan.graph.scope(node).path;
      all.push_back({type.bytes(), (layer.empty() ? "" : layer + ": ") + std::string(node.op->name) + " " +
                                       type.shape.text() + ", " + size_text(type.bytes())});
    }
  }
  constexpr size_t shown = 3;
  std::ranges::stable_sort(all, std::ranges::greater(), &Large::bytes);
  std::string text;
  for (size_t i = 0; i < std::min(shown, all.size()); ++i) text += "\n     " + all[i].text;
  return text;
}

std::optional<UserError> memory_shortage(const backends::Plan& plan, const CompileForBatch& compile, int64_t batch,
                                         const FreeMemory& free, bool accumulates) {
  const int64_t room = room_in(free.bytes);
  const int64_t bytes = plan.memory.arena_bytes;
  if (bytes <= room) return std::nullopt;
  std::string what = "takes " + size_text(bytes) + " of memory for what its layers compute, and " +
                     size_text(free.bytes) + " are free " + free.moment + "; the largest:" + largest_values(plan);
  // Need grows with the batch, so that the share that is free tells about how far down to go.
  const double share = static_cast<double>(room) / static_cast<double>(bytes);
  auto fits = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(share * static_cast<double>(batch))));
  while (fits > 0 && compile(fits)->memory.arena_bytes > room) fits /= 2;
  std::string help = "use a smaller model, or end other programs: not even a batch of 1 fits";
  if (fits > 0) {
    help = "batch_size = " + std::to_string(fits) + " fits";
    if (accumulates) {
      help += "; with gradient_accumulation = " + std::to_string(divide_up(batch, fits)) +
              " an update sees as many samples as before";
    }
  }
  return UserError(ExitCode::memory, "memory", "a batch of " + std::to_string(batch), std::move(what), std::move(help));
}

}  // namespace dltrain::training
