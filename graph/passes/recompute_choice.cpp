// recompute = "auto". The forward part is cut into segments where little passes from one to the next, as Chen et al.
// 2016 cut a chain; what passes a cut is kept, the rest is computed again from it, segment by segment on the way back.
// Two families of candidates, each with segments of several lengths: one repeats only what memory bounds and what
// comes from values that are kept anyhow (activations behind products, normalizations, dropout, additions), the other
// everything. Each is judged by its memory plan; the lowest peak wins, and among peaks that differ by little, the least
// work. Then whatever does not lower the peak is kept after all.
#include <algorithm>
#include <array>
#include <optional>

#include "graph/op.h"
#include "graph/passes/forward_part.h"

namespace dltrain::graph {

namespace {

constexpr double operations_of_a_byte = 10;  // that a processor does in the time that memory takes for one, about
constexpr double little = 1.03;  // ratio of peaks
constexpr size_t most_trials = 96;  // of keeping a value after all

double work_of(const NodeWork& work) { return work.flops + operations_of_a_byte * work.bytes; }

struct Candidate {
  ValueSet dropped;
  int64_t peak = 0;  // bytes of the arena
  double work = 0;  // of what is computed again
};

class Choice {
 public:
  Choice(const ForwardPart& forward, const std::vector<NodeMemory>& needs, const std::vector<NodeWork>& works)
      : forward_(forward), needs_(needs), works_(works) {
    find_cuts();
    for (const ForwardValue& value : forward.values()) {
      if (!forward.is_small(value) && value.is_read_backward) kept_bytes_ += value.bytes;
    }
  }

  ValueSet run() {
    const Candidate nothing = judged({});
    Candidate best = nothing;
    constexpr std::array<int64_t, 10> segments = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32};
    std::vector<Candidate> candidates;
    for (const bool only_cheap : {true, false}) {
      for (const int64_t count : segments) candidates.push_back(judged(dropped(only_cheap, kept_bytes_ / count)));
    }
    for (const Candidate& each : candidates) best.peak = std::min(best.peak, each.peak);
    const auto bound = static_cast<int64_t>(little * static_cast<double>(best.peak));
    if (nothing.peak <= bound) return {};
    best.work = -1;
    for (Candidate& each : candidates) {
      if (each.peak <= bound && (best.work < 0 || each.work < best.work)) best = std::move(each);
    }
    return without_idle_work(std::move(best)).dropped;
  }

 private:
  Candidate judged(ValueSet dropped) const {
    const Recomputed graph = without_keeping(forward_, dropped);
    Candidate candidate{std::move(dropped)};
    std::vector<NodeMemory> needs;
    for (size_t i = 0; i < graph.origin.size(); ++i) {
      const auto origin = static_cast<size_t>(graph.origin[i]);
      needs.push_back(needs_[origin]);
      if (graph.again[i]) candidate.work += work_of(works_[origin]);
    }
    candidate.peak = plan_memory(graph.graph, needs).arena_bytes;
    return candidate;
  }

  // Bytes that pass from the nodes up to each one to the forward nodes behind it. A cut may stand where they are no more
  // than at the large values before and behind.
  void find_cuts() {
    const auto end = static_cast<size_t>(forward_.end());
    std::vector<int64_t> change(end + 1, 0);
    std::vector<bool> is_large(end, false);
    for (const ForwardValue& value : forward_.values()) {
      if (forward_.is_small(value)) continue;
      const auto node = static_cast<size_t>(value.value.node);
      is_large[node] = true;
      if (value.last_forward_read <= value.value.node) continue;
      change[node] += value.bytes;
      change[static_cast<size_t>(value.last_forward_read)] -= value.bytes;
    }
    std::vector<std::pair<int32_t, int64_t>> passing;  // behind each node with a large value
    int64_t bytes = 0;
    for (size_t i = 0; i < end; ++i) {
      bytes += change[i];
      if (is_large[i]) passing.emplace_back(static_cast<int32_t>(i), bytes);
    }
    may_cut_.assign(end, false);
    for (size_t i = 0; i < passing.size(); ++i) {
      const bool before = i == 0 || passing[i].second <= passing[i - 1].second;
      const bool behind = i + 1 == passing.size() || passing[i].second <= passing[i + 1].second;
      may_cut_[static_cast<size_t>(passing[i].first)] = before && behind;
    }
  }

  bool is_cheap(Value value) const {
    const NodeWork& work = works_[static_cast<size_t>(value.node)];
    return work.flops <= operations_of_a_byte * work.bytes;
  }

  // Whether what the value is computed of is there on the way back without being kept for it.
  bool comes_from_kept(Value value, const ValueSet& dropped) const {
    for (const Value input : forward_.graph().node(value).inputs) {
      const Value read = forward_.root(input);
      const ForwardValue* known = forward_.find(read);
      if (known == nullptr || forward_.is_small(*known) || dropped.contains(read)) continue;
      if (!known->is_read_backward) return false;
    }
    return true;
  }

  // Nothing that passes a cut, and nothing behind the last one unless it is cheap.
  ValueSet dropped(bool only_cheap, int64_t segment_bytes) const {
    const auto values = std::span(forward_.values());
    ValueSet dropped;
    ValueSet segment;
    int64_t bytes = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      const ForwardValue& value = values[i];
      const bool is_candidate = !value.is_result && !forward_.is_small(value);
      const bool is_free = is_candidate && is_cheap(value.value) && comes_from_kept(value.value, dropped);
      if (only_cheap ? is_free : is_candidate) {
        segment.insert(value.value);
        if (only_cheap) dropped.insert(value.value);
      }
      if (is_candidate && value.is_read_backward) bytes += value.bytes;
      if (bytes <= segment_bytes || !may_cut_[static_cast<size_t>(value.value.node)]) continue;
      keep_passing(value.value.node, segment, dropped);
      if (!only_cheap) dropped.insert(segment.begin(), segment.end());
      segment.clear();
      bytes = 0;
    }
    return dropped;
  }

  void keep_passing(int32_t cut, ValueSet& segment, ValueSet& dropped) const {
    for (const ForwardValue& value : forward_.values()) {
      if (value.value.node > cut || value.last_forward_read <= cut) continue;
      segment.erase(value.value);
      dropped.erase(value.value);
    }
  }

  Candidate without_idle_work(Candidate best) const {
    std::vector<Value> trials(best.dropped.begin(), best.dropped.end());
    std::stable_sort(trials.begin(), trials.end(), [&](Value a, Value b) {
      return work_of(works_[static_cast<size_t>(a.node)]) > work_of(works_[static_cast<size_t>(b.node)]);
    });
    if (trials.size() > most_trials) trials.resize(most_trials);
    for (const Value value : trials) {
      ValueSet fewer = best.dropped;
      fewer.erase(value);
      Candidate candidate = judged(std::move(fewer));
      if (candidate.peak <= best.peak && candidate.work <= best.work) best = std::move(candidate);
    }
    return best;
  }

  const ForwardPart& forward_;
  const std::vector<NodeMemory>& needs_;
  const std::vector<NodeWork>& works_;
  std::vector<bool> may_cut_;  // behind each forward node
  int64_t kept_bytes_ = 0;
};

}  // namespace

ValueSet choose_dropped(const ForwardPart& forward, const std::vector<NodeMemory>& needs,
                        const std::vector<NodeWork>& works) {
  if (forward.end() == 0) return {};
  return Choice(forward, needs, works).run();
}

}  // namespace dltrain::graph
