// Random numbers and dropout: the words of core/random.h, bit for bit, for any number of threads. The elements of a
// value are consecutive in their stream: row r begins at (sample_offset + r) elements_per_row.
#include <cmath>

#include "backends/onednn/kernel.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/vector/random.h"
#include "core/random.h"

namespace dltrain::backends::onednn {

namespace {

constexpr double cost = 6;  // additions that an element is worth

int64_t elements_per_row(const Shape& shape) { return shape.rank() == 0 ? 1 : shape.from(1).elements(); }

// The start of the stream; seed, step and sample offset are inputs from number `first` on.
RandomRange start_of(const Arguments& a, size_t first, int64_t stream, int64_t per_row) {
  const RandomStream random(static_cast<uint64_t>(*input<int64_t>(a, first)), static_cast<uint64_t>(stream));
  return {random.key(), static_cast<uint64_t>(*input<int64_t>(a, first + 1)),
          static_cast<uint64_t>(*input<int64_t>(a, first + 2)) * static_cast<uint64_t>(per_row)};
}

RandomRange from(RandomRange range, int64_t element) {
  range.first += static_cast<uint64_t>(element);
  return range;
}

Support accepts_uniform(const Request& request) {
  if (request.output().dtype == DType::f32) return {};
  return {false, "it draws float32 (was " + request.output().text() + ")"};
}

std::unique_ptr<Kernel> make_uniform(const Request& request) {
  const int64_t count = request.output().elements();
  const int64_t per_row = elements_per_row(request.output().shape);
  const int64_t stream = request.node.attributes.integer("stream");
  const int parts = parts_for(request.machine, static_cast<double>(count) * cost, count);
  return make_kernel(own_info(request, static_cast<double>(count) * cost), [=](const Arguments& a) {
    const RandomRange range = start_of(a, 0, stream, per_row);
    in_parallel(parts, [&](int part) {
      const Range own = part_of(count, parts, part, 64);
      uniform_numbers(from(range, own.begin), own.end - own.begin, output<float>(a) + own.begin);
    });
  });
}

// Where elements share draws, the expansion is as good.
Support accepts_dropout(const Request& request) {
  if (const Support support = only_real(request); !support.yes) return support;
  const std::vector<int64_t>& noise = request.node.attributes.integers("noise_shape");
  for (size_t i = 0; i < noise.size(); ++i) {
    if (noise[i] != -1 && (noise[i] == 1 || noise[i] != request.input(0).shape[i]))
      return {false, "elements share draws"};
  }
  return {};
}

template <class T> std::unique_ptr<Kernel> make_dropout(const Request& request) {
  const int64_t count = request.output().elements();
  const int64_t per_row = elements_per_row(request.output().shape);
  const int64_t stream = request.node.attributes.integer("stream");
  const double rate = request.node.attributes.real("rate");
  // A draw is a multiple of 2^-24 and is compared with the rate as float32.
  const auto least = static_cast<uint32_t>(std::ceil(static_cast<double>(static_cast<float>(rate)) * 0x1p24));
  const float scale = rate < 1 ? static_cast<float>(1 / (1 - rate)) : 0;
  const int parts = parts_for(request.machine, static_cast<double>(count) * cost, count);
  KernelInfo info = own_info(request, static_cast<double>(count) * cost);
  info.in_place = {{0, 0}};
  return make_kernel(std::move(info), [=](const Arguments& a) {
    const RandomRange range = start_of(a, 1, stream, per_row);
    in_parallel(parts, [&](int part) {
      const Range own = part_of(count, parts, part, 64);
      drop_elements(from(range, own.begin), least, scale, input<T>(a, 0) + own.begin, own.end - own.begin,
                    output<T>(a) + own.begin);
    });
  });
}

}  // namespace

void register_random(KernelRegistry& registry) {
  registry.add("random_uniform", {accepts_uniform, make_uniform});
  registry.add("dropout", {accepts_dropout, [](const Request& r) {
                             return for_dtype(r, [&]<class T>(T*) { return make_dropout<T>(r); });
                           }});
}

}  // namespace dltrain::backends::onednn
