#include "backends/onednn/strided_copy.h"

#include <algorithm>
#include <cstring>

#include "backends/onednn/parallel.h"
#include "core/diagnostic.h"

namespace dltrain::backends::onednn {

StridedCopy::StridedCopy(const Machine& machine, const std::vector<int64_t>& sizes,
                         const std::vector<int64_t>& from_strides, const std::vector<int64_t>& to_strides, size_t size)
    : element_(size) {
  double elements = 1;
  for (size_t i = 0; i < sizes.size(); ++i) {
    elements *= static_cast<double>(sizes[i]);
    if (sizes[i] == 1) continue;
    const bool joins = !axes_.empty() && axes_.back().from == from_strides[i] * sizes[i] &&
                       axes_.back().to == to_strides[i] * sizes[i];
    if (joins) axes_.back() = {axes_.back().size * sizes[i], from_strides[i], to_strides[i]};
    else axes_.push_back({sizes[i], from_strides[i], to_strides[i]});
  }
  while (axes_.size() < 2) axes_.insert(axes_.begin(), Axis{1, 0, 0});
  // Reading along the cache lines of the source matters most for a transpose: its fast axis forms the plane with the
  // target's.
  const auto near = std::min_element(axes_.begin(), axes_.end() - 1, [](const Axis& a, const Axis& b) {
    return (a.from == 0 ? INT64_MAX : a.from) < (b.from == 0 ? INT64_MAX : b.from);
  });
  if (near->from == 1) std::rotate(near, near + 1, axes_.end() - 1);
  for (size_t a = 0; a + 2 < axes_.size(); ++a) planes_ *= axes_[a].size;
  parts_ = parts_for(machine, elements * 2, planes_ > 1 ? planes_ : axes_[axes_.size() - 2].size);
}

namespace {

constexpr int64_t tile = 16;  // a cache line of float32

}  // namespace

// The last two axes. Runs that are contiguous on both sides are memory copies; transposes go tile by tile.
template <class T> void StridedCopy::copy_plane(const T* from, T* to) const {
  const Axis& rows = axes_[axes_.size() - 2];
  const Axis& columns = axes_.back();
  const int shares = planes_ > 1 ? 1 : parts_;
  in_parallel(shares, [&](int part) {
    const Range own = part_of(rows.size, shares, part, std::min(tile, std::max<int64_t>(rows.size / shares, 1)));
    if (columns.from == 1 && columns.to == 1) {
      for (int64_t r = own.begin; r < own.end; ++r)
        std::memcpy(to + r * rows.to, from + r * rows.from, static_cast<size_t>(columns.size) * sizeof(T));
      return;
    }
    for (int64_t r0 = own.begin; r0 < own.end; r0 += tile) {
      const int64_t r1 = std::min(own.end, r0 + tile);
      for (int64_t c0 = 0; c0 < columns.size; c0 += tile) {
        const int64_t c1 = std::min(columns.size, c0 + tile);
        for (int64_t r = r0; r < r1; ++r) {
          for (int64_t c = c0; c < c1; ++c) to[r * rows.to + c * columns.to] = from[r * rows.from + c * columns.from];
        }
      }
    }
  });
}

template <class T> void StridedCopy::copy(const T* from, T* to) const {
  if (planes_ == 1) {
    copy_plane(from, to);
    return;
  }
  in_parallel(parts_, [&](int part) {
    const Range own = part_of(planes_, parts_, part);
    for (int64_t plane = own.begin; plane < own.end; ++plane) {
      const T* source = from;
      T* target = to;
      int64_t rest = plane;
      for (size_t a = axes_.size() - 2; a-- > 0;) {
        const int64_t index = rest % axes_[a].size;
        rest /= axes_[a].size;
        source += index * axes_[a].from;
        target += index * axes_[a].to;
      }
      copy_plane(source, target);
    }
  });
}

void StridedCopy::run(const void* from, int64_t from_offset, void* to, int64_t to_offset) const {
  const auto copy_as = [&]<class T>(T*) {
    copy(static_cast<const T*>(from) + from_offset, static_cast<T*>(to) + to_offset);
  };
  switch (element_) {
    case 1: copy_as(static_cast<uint8_t*>(nullptr)); return;
    case 2: copy_as(static_cast<uint16_t*>(nullptr)); return;
    case 4: copy_as(static_cast<uint32_t*>(nullptr)); return;
    case 8: copy_as(static_cast<uint64_t*>(nullptr)); return;
    default: throw Bug("elements of " + std::to_string(element_) + " bytes are not copied");
  }
}

void repeat(std::span<const std::byte> element, void* to, int64_t count) {
  if (std::all_of(element.begin(), element.end(), [&](std::byte b) { return b == element[0]; })) {
    std::memset(to, static_cast<int>(element[0]), static_cast<size_t>(count) * element.size());
    return;
  }
  auto* at = static_cast<std::byte*>(to);
  for (int64_t i = 0; i < count; ++i) at = std::copy(element.begin(), element.end(), at);
}

}  // namespace dltrain::backends::onednn
