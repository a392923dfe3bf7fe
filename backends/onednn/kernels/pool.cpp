// Pooling of channels-last images and its gradients. Each thread takes whole images, or where there are few, rows of
// windows; gradients are always by whole images, because windows may overlap.
#include <algorithm>
#include <cstring>
#include <type_traits>

#include "backends/onednn/kernel.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/vector/elementwise.h"
#include "backends/onednn/vector/pool.h"
#include "core/checked.h"

namespace dltrain::backends::onednn {

namespace {

// A pooling of images [count, height, width, channels] to [count, rows, columns, channels].
struct Pooling {
  int64_t count, height, width, channels, rows, columns;
  std::vector<int64_t> size, strides, padding;

  int64_t image() const { return height * width * channels; }
  int64_t pooled() const { return rows * columns * channels; }

  WindowRow windows(int64_t row) const {
    const int64_t top = row * strides[0] - padding[0];
    return {.windows = columns,
            .channels = channels,
            .image_width = width,
            .top = top,
            .row_begin = std::max<int64_t>(0, -top),
            .row_end = std::min(size[0], height - top),
            .width = size[1],
            .stride = strides[1],
            .padding = padding[2]};
  }
};

Pooling pooling_of(const graph::Attributes& a, const Shape& x, const Shape& y) {
  return {x[0], x[1], x[2], x[3], y[1], y[2], a.integers("size"), a.integers("strides"), a.integers("padding")};
}

Support accepts(const Request& request) { return only_real(request); }

// Work of one window cell and channel: a load and a comparison.
double work_of(const Pooling& p) {
  return static_cast<double>(p.count * p.pooled()) * static_cast<double>(p.size[0] * p.size[1]);
}

// Calls f(row of windows, offset of the image, offset of the pooled row) for all rows, which are shared between
// threads.
template <class F> void for_rows(const Pooling& p, int parts, const F& f) {
  in_parallel(parts, [&](int part) {
    const Range own = part_of(p.count * p.rows, parts, part);
    for (int64_t i = own.begin; i < own.end; ++i) {
      f(p.windows(i % p.rows), i / p.rows * p.image(), i * p.columns * p.channels);
    }
  });
}

// The same for gradients, by whole images; each is zeroed before its windows add to it. Narrow ones are added up in
// scratch memory, an image for each part.
template <class T, class F> void for_images(const Pooling& p, int parts, const Arguments& a, const F& f) {
  constexpr bool narrow = !std::is_same_v<T, float>;
  in_parallel(parts, [&](int part) {
    const Range own = part_of(p.count, parts, part);
    for (int64_t n = own.begin; n < own.end; ++n) {
      T* const result = output<T>(a) + n * p.image();
      float* image = nullptr;
      if constexpr (narrow) image = static_cast<float*>(a.scratch) + part * p.image();
      else image = result;
      std::fill_n(image, p.image(), 0.0F);
      for (int64_t row = 0; row < p.rows; ++row)
        f(p.windows(row), image, n * p.pooled() + row * p.columns * p.channels);
      if constexpr (narrow) conversion_loop(false)({{image}, {1}, result, p.image(), nullptr});
    }
  });
}

template <class T> KernelInfo gradient_info(const Request& request, const Pooling& p, int parts) {
  KernelInfo info = own_info(request, work_of(p));
  if (!std::is_same_v<T, float>)
    info.scratch_bytes = checked_multiply(checked_multiply(parts, p.image()), sizeof(float));
  return info;
}

template <class P> P* moved(P* pointer, int64_t by) { return pointer == nullptr ? nullptr : pointer + by; }

template <class T> std::unique_ptr<Kernel> make_max(const Request& request) {
  const Pooling p = pooling_of(request.node.attributes, request.input(0).shape, request.output().shape);
  const int parts = parts_for(request.machine, work_of(p), p.count * p.rows);
  const bool bytes = request.output(1).dtype == DType::u8;
  return make_kernel(own_info(request, work_of(p)), [p, parts, bytes](const Arguments& a) {
    for_rows(p, parts, [&](const WindowRow& row, int64_t image, int64_t at) {
      pool_loops<T>().max(row, input<T>(a, 0) + image, moved(output<T>(a), at),
                          bytes ? moved(output<uint8_t>(a, 1), at) : nullptr,
                          bytes ? nullptr : moved(output<int32_t>(a, 1), at));
    });
  });
}

template <class T> std::unique_ptr<Kernel> make_max_grad(const Request& request) {
  const Pooling p = pooling_of(request.node.attributes, request.output().shape, request.input(0).shape);
  const int parts = parts_for(request.machine, work_of(p), p.count);
  const bool bytes = request.input(1).dtype == DType::u8;
  return make_kernel(gradient_info<T>(request, p, parts), [p, parts, bytes](const Arguments& a) {
    for_images<T>(p, parts, a, [&](const WindowRow& row, float* image, int64_t at) {
      pool_loops<T>().max_grad(row, input<T>(a, 0) + at, bytes ? input<uint8_t>(a, 1) + at : nullptr,
                               bytes ? nullptr : input<int32_t>(a, 1) + at, image);
    });
  });
}

template <class T> std::unique_ptr<Kernel> make_average(const Request& request) {
  const Pooling p = pooling_of(request.node.attributes, request.input(0).shape, request.output().shape);
  const int parts = parts_for(request.machine, work_of(p), p.count * p.rows);
  return make_kernel(own_info(request, work_of(p)), [p, parts](const Arguments& a) {
    for_rows(p, parts, [&](const WindowRow& row, int64_t image, int64_t at) {
      pool_loops<T>().average(row, input<T>(a, 0) + image, output<T>(a) + at);
    });
  });
}

template <class T> std::unique_ptr<Kernel> make_average_grad(const Request& request) {
  const Pooling p = pooling_of(request.node.attributes, request.output().shape, request.input(0).shape);
  const int parts = parts_for(request.machine, work_of(p), p.count);
  return make_kernel(gradient_info<T>(request, p, parts), [p, parts](const Arguments& a) {
    for_images<T>(p, parts, a, [&](const WindowRow& row, float* image, int64_t at) {
      pool_loops<T>().average_grad(row, input<T>(a, 0) + at, image);
    });
  });
}

}  // namespace

void register_pool(KernelRegistry& registry) {
  registry.add("max_pool2d",
               {accepts, [](const Request& r) { return for_dtype(r, [&]<class T>(T*) { return make_max<T>(r); }); }});
  registry.add("max_pool2d_grad", {accepts, [](const Request& r) {
                                     return for_dtype(r, [&]<class T>(T*) { return make_max_grad<T>(r); });
                                   }});
  registry.add("average_pool2d", {accepts, [](const Request& r) {
                                    return for_dtype(r, [&]<class T>(T*) { return make_average<T>(r); });
                                  }});
  registry.add("average_pool2d_grad", {accepts, [](const Request& r) {
                                         return for_dtype(r, [&]<class T>(T*) { return make_average_grad<T>(r); });
                                       }});
}

}  // namespace dltrain::backends::onednn
