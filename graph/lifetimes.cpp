#include "graph/lifetimes.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <set>

#include "core/checked.h"

namespace dltrain::graph {

namespace {

constexpr size_t most_by_size = 16384;

// A stable order of the pieces by what `key` says of each.
template <class Key> std::vector<size_t> order_by(const std::vector<Lifetime>& lives, const Key& key) {
  std::vector<size_t> order(lives.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return key(lives[a]) < key(lives[b]); });
  return order;
}

int64_t place_by_size(std::vector<Lifetime>& lives) {
  int64_t end = 0;
  std::vector<Lifetime> placed;  // by offset
  placed.reserve(lives.size());
  for (const size_t i : order_by(lives, [](const Lifetime& life) { return -life.bytes; })) {
    Lifetime& life = lives[i];
    for (const Lifetime& other : placed) {
      if (other.first > life.last || life.first > other.last) continue;
      if (other.offset >= life.offset + life.bytes) break;
      life.offset = std::max(life.offset, other.offset + other.bytes);
    }
    end = std::max(end, checked_add(life.offset, life.bytes));
    const auto behind = std::ranges::upper_bound(placed, life.offset, {}, &Lifetime::offset);
    placed.insert(behind, life);
  }
  return end;
}

// What is free below the end of what is used, by offset and by size.
class Gaps {
 public:
  // Where a piece goes: into the smallest gap that holds it, the lowest of these; else at the end.
  int64_t take(int64_t bytes) {
    const auto found = by_size_.lower_bound({bytes, 0});
    if (found != by_size_.end()) {
      const auto [size, offset] = *found;
      remove(offset, size);
      if (size > bytes) add(offset + bytes, size - bytes);
      return offset;
    }
    // A gap at the very end grows.
    int64_t offset = end_;
    if (!by_offset_.empty() && std::prev(by_offset_.end())->first + std::prev(by_offset_.end())->second == end_) {
      const auto last = *std::prev(by_offset_.end());
      offset = last.first;
      remove(last.first, last.second);
    }
    end_ = checked_add(offset, bytes);
    return offset;
  }

  void give_back(int64_t offset, int64_t bytes) {
    auto next = by_offset_.lower_bound(offset);
    if (next != by_offset_.end() && next->first == offset + bytes) {
      bytes += next->second;
      remove(next->first, next->second);
      next = by_offset_.lower_bound(offset);
    }
    if (next != by_offset_.begin()) {
      const auto before = *std::prev(next);
      if (before.first + before.second == offset) {
        remove(before.first, before.second);
        offset = before.first;
        bytes += before.second;
      }
    }
    add(offset, bytes);
  }

  int64_t end() const { return end_; }

 private:
  void add(int64_t offset, int64_t bytes) {
    by_offset_[offset] = bytes;
    by_size_.insert({bytes, offset});
  }
  void remove(int64_t offset, int64_t bytes) {
    by_offset_.erase(offset);
    by_size_.erase({bytes, offset});
  }

  std::map<int64_t, int64_t> by_offset_;
  std::set<std::pair<int64_t, int64_t>> by_size_;  // (bytes, offset)
  int64_t end_ = 0;
};

int64_t place_by_time(std::vector<Lifetime>& lives) {
  Gaps gaps;
  const std::vector<size_t> ends = order_by(lives, [](const Lifetime& life) { return life.last; });
  auto over = ends.begin();
  for (const size_t i : order_by(lives, [](const Lifetime& life) { return life.first; })) {
    // Those that are over have begun: their last step is before this one's first.
    for (; over != ends.end() && lives[*over].last < lives[i].first; ++over) {
      if (lives[*over].bytes > 0) gaps.give_back(lives[*over].offset, lives[*over].bytes);
    }
    lives[i].offset = lives[i].bytes > 0 ? gaps.take(lives[i].bytes) : 0;
  }
  return gaps.end();
}

}  // namespace

int64_t assign_offsets(std::vector<Lifetime>& lives) {
  for (Lifetime& life : lives) life.offset = 0;
  return lives.size() <= most_by_size ? place_by_size(lives) : place_by_time(lives);
}

}  // namespace dltrain::graph
