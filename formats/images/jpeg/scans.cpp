#include "formats/images/jpeg/scans.h"

#include <algorithm>

#include "core/checked.h"

namespace dltrain::formats::jpeg {

namespace {

constexpr int64_t block_side = 8;

const HuffmanTable* table(const std::array<std::optional<HuffmanTable>, 4>& tables, uint32_t number) {
  return number < tables.size() && tables[number] ? &*tables[number] : nullptr;
}

}  // namespace

void Scans::read_frame(ImageBytes segment, bool progressive) {
  progressive_ = progressive;
  segment.skip(1);
  const int64_t height = segment.big(2), width = segment.big(2);
  channels_.resize(segment.big(1));
  int64_t most_across = 1, most_down = 1;
  for (Channel& channel : channels_) {
    channel.id = segment.big(1);
    const uint32_t sampling = segment.big(1);
    channel.across = sampling >> 4;
    channel.down = sampling & 15;
    segment.skip(1);
    if (channel.across < 1 || channel.across > 4 || channel.down < 1 || channel.down > 4) throw BadData();
    most_across = std::max(most_across, channel.across);
    most_down = std::max(most_down, channel.down);
  }
  units_wide_ = divide_up(width, block_side * most_across);
  units_high_ = divide_up(height, block_side * most_down);
  for (Channel& channel : channels_) {
    channel.blocks_wide = divide_up(divide_up(width * channel.across, most_across), block_side);
    channel.blocks_high = divide_up(divide_up(height * channel.down, most_down), block_side);
    channel.stored_wide = units_wide_ * channel.across;
    if (progressive) channel.nonzero.resize(to_size(channel.stored_wide * units_high_ * channel.down));
  }
}

void Scans::read_tables(ImageBytes segment, size_t length) {
  while (length > 0) {
    const uint32_t target = segment.big(1);
    const std::span<const std::byte> counts = segment.take(16);
    size_t codes = 0;
    for (const std::byte count : counts) codes += std::to_integer<size_t>(count);
    if (target >> 4 > 1 || (target & 15) > 3 || codes > 256 || length < 17 + codes) throw BadData();
    auto& tables = target >> 4 == 0 ? dc_ : ac_;
    tables[target & 15].emplace(counts.first<16>(), segment.take(codes));
    length -= 17 + codes;
  }
}

std::vector<Scans::Part> Scans::read_header(ImageBytes& segment) {
  const uint32_t count = segment.big(1);
  if (count < 1 || count > channels_.size()) throw BadData();
  std::vector<Part> parts;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t id = segment.big(1);
    const uint32_t numbers = segment.big(1);
    const auto channel = std::find_if(channels_.begin(), channels_.end(), [&](const Channel& c) { return c.id == id; });
    if (channel == channels_.end()) throw BadData();
    parts.push_back({&*channel, table(dc_, numbers >> 4), table(ac_, numbers & 15)});
  }
  from_ = segment.big(1);
  to_ = segment.big(1);
  refines_ = segment.big(1) >> 4 != 0;
  if (!progressive_) {
    from_ = 0;
    to_ = 63;
    refines_ = false;
  }
  if (to_ > 63 || from_ > to_ || (from_ > 0 && count > 1) || (progressive_ && from_ == 0 && to_ != 0)) throw BadData();
  for (Part& part : parts) {
    const bool needs_dc = from_ == 0 && !refines_, needs_ac = to_ > 0;
    if ((needs_dc && part.dc == nullptr) || (needs_ac && part.ac == nullptr)) throw BadData();
    if (from_ == 0) part.channel->seen = true;
  }
  return parts;
}

size_t Scans::read_scan(ImageBytes segment, size_t begin) {
  const std::vector<Part> parts = read_header(segment);
  const bool alone = parts.size() == 1;
  const int64_t units =
      alone ? parts[0].channel->blocks_wide * parts[0].channel->blocks_high : units_wide_ * units_high_;
  BitReader bits(file_, begin);
  skip_ = 0;
  for (int64_t unit = 0, restarts = 0; unit < units; ++unit) {
    if (restart_interval_ > 0 && unit > 0 && unit % restart_interval_ == 0) {
      bits.restart(static_cast<int>(restarts++ % 8));
      skip_ = 0;
    }
    read_unit(bits, parts, unit);
  }
  return bits.end();
}

// A scan of one channel goes block by block; one of several by units that hold blocks of all.
void Scans::read_unit(BitReader& bits, const std::vector<Part>& parts, int64_t unit) {
  if (parts.size() == 1) {
    const Channel& channel = *parts[0].channel;
    const int64_t row = unit / channel.blocks_wide, column = unit % channel.blocks_wide;
    return read_block(bits, parts[0], row * channel.stored_wide + column);
  }
  const int64_t unit_row = unit / units_wide_, unit_column = unit % units_wide_;
  for (const Part& part : parts) {
    const Channel& channel = *part.channel;
    for (int64_t y = 0; y < channel.down; ++y) {
      for (int64_t x = 0; x < channel.across; ++x) {
        const int64_t row = unit_row * channel.down + y, column = unit_column * channel.across + x;
        read_block(bits, part, row * channel.stored_wide + column);
      }
    }
  }
}

void Scans::read_block(BitReader& bits, const Part& part, int64_t block) {
  if (!progressive_) return read_sequential(bits, part);
  if (from_ == 0) {
    if (refines_) {
      bits.drop(1);
    } else {
      const uint32_t size = part.dc->next(bits);
      if (size > 16) throw BadData();
      bits.drop(static_cast<int>(size));
    }
    return;
  }
  uint64_t& nonzero = part.channel->nonzero[to_size(block)];
  if (refines_) {
    read_refinement(bits, part, nonzero);
  } else {
    read_first(bits, part, nonzero);
  }
}

// F.2.2: the difference of the first coefficient, then runs of zeros and values.
void Scans::read_sequential(BitReader& bits, const Part& part) {
  const uint32_t size = part.dc->next(bits);
  if (size > 16) throw BadData();
  bits.drop(static_cast<int>(size));
  for (uint32_t k = 1; k < 64; ++k) {
    const uint32_t code = part.ac->next(bits);
    const uint32_t run = code >> 4, value_bits = code & 15;
    if (value_bits == 0) {
      if (run != 15) return;
      k += 15;
      continue;
    }
    k += run;
    if (k > 63) throw BadData();
    bits.drop(static_cast<int>(value_bits));
  }
}

// G.1.2.2: the same for a band of coefficients; a code may end the next blocks as well.
void Scans::read_first(BitReader& bits, const Part& part, uint64_t& nonzero) {
  if (skip_ > 0) {
    --skip_;
    return;
  }
  for (uint32_t k = from_; k <= to_; ++k) {
    const uint32_t code = part.ac->next(bits);
    const uint32_t run = code >> 4, value_bits = code & 15;
    if (value_bits == 0 && run != 15) {
      skip_ = (1U << run) - 1 + bits.bits(static_cast<int>(run));
      return;
    }
    k += run;
    if (value_bits == 0) continue;
    if (k > to_) throw BadData();
    bits.drop(static_cast<int>(value_bits));
    nonzero |= uint64_t{1} << k;
  }
}

// G.1.2.3: one more bit of each coefficient that is not zero, and coefficients that are new.
void Scans::read_refinement(BitReader& bits, const Part& part, uint64_t& nonzero) {
  uint32_t k = from_;
  const auto known = [&] { return (nonzero >> k & 1) != 0; };
  for (; k <= to_ && skip_ == 0; ++k) {
    const uint32_t code = part.ac->next(bits);
    uint32_t run = code >> 4;
    const uint32_t value_bits = code & 15;
    if (value_bits > 1) throw BadData();
    if (value_bits == 0 && run != 15) {
      skip_ = (1U << run) + bits.bits(static_cast<int>(run));
      break;
    }
    bits.drop(static_cast<int>(value_bits));  // the sign
    for (; k <= to_; ++k) {
      if (known()) {
        bits.drop(1);
      } else if (run-- == 0) {
        break;
      }
    }
    if (value_bits == 0) continue;
    if (k > to_) throw BadData();
    nonzero |= uint64_t{1} << k;
  }
  if (skip_ == 0) return;
  for (; k <= to_; ++k) {
    if (known()) bits.drop(1);
  }
  --skip_;
}

bool Scans::complete() const {
  return std::all_of(channels_.begin(), channels_.end(), [](const Channel& c) { return c.seen; });
}

}  // namespace dltrain::formats::jpeg
