#include "backends/onednn/elementwise.h"

#include <vector>

#include "backends/onednn/parallel.h"
#include "backends/onednn/vector/elementwise.h"
#include "core/checked.h"

namespace dltrain::backends::onednn {

namespace {

// Parts begin at multiples of this many elements, so that threads do not write into one cache line.
constexpr int64_t grain = 64;

struct Elementwise {
  Broadcast broadcast;
  ElementLoop loop;
  LoopOptions options;
  std::array<int64_t, max_operands> sizes{};  // bytes of an element
  int64_t out_size = 0;
  size_t operands = 0;
  int parts = 1;
  bool through_wide = false;  // the loop is of float32, and bfloat16 goes through it piece by piece
  std::array<bool, max_operands> narrow{};
  bool narrow_out = false;

  void run(const Arguments& arguments, int part) const {
    const Range range = part_of(broadcast.elements(), parts, part, grain);
    broadcast.for_runs(range, [&](const auto& offsets, const auto& steps, int64_t first, int64_t count) {
      Run now{};
      for (size_t k = 0; k < operands; ++k) {
        now.in[k] = input<std::byte>(arguments, k) + offsets[k] * sizes[k];
        now.step[k] = steps[k];
      }
      now.out = output<std::byte>(arguments) + first * out_size;
      now.count = count;
      now.options = options.data();
      if (through_wide) run_wide(now);
      else loop(now);
    });
  }

  // Pieces stay in the first cache.
  void run_wide(const Run& run) const {
    constexpr int64_t piece = 512;
    std::array<std::array<float, piece>, max_operands> wide;
    std::array<float, piece> result;
    for (int64_t first = 0; first < run.count; first += piece) {
      Run now = run;
      now.count = std::min(piece, run.count - first);
      for (size_t k = 0; k < operands; ++k) {
        now.in[k] = static_cast<const std::byte*>(run.in[k]) + first * run.step[k] * sizes[k];
        if (!narrow[k]) continue;
        convert({{now.in[k]}, {1}, wide[k].data(), run.step[k] == 0 ? 1 : now.count, nullptr}, true);
        now.in[k] = wide[k].data();
      }
      auto* const out = static_cast<std::byte*>(run.out) + first * out_size;
      now.out = narrow_out ? static_cast<void*>(result.data()) : out;
      loop(now);
      if (narrow_out) convert({{result.data()}, {1}, out, now.count, nullptr}, false);
    }
  }

  static void convert(const Run& run, bool from_narrow) { conversion_loop(from_narrow)(run); }
};

}  // namespace

std::unique_ptr<Kernel> make_elementwise(const Request& request, ElementLoop loop, double cost,
                                         const LoopOptions& options, bool through_wide) {
  std::vector<Shape> shapes;
  for (size_t i = 0; i < request.node.inputs.size(); ++i) shapes.push_back(request.input(i).shape);
  Elementwise work{Broadcast(request.output().shape, shapes), loop, options};
  for (size_t i = 0; i < shapes.size(); ++i) work.sizes[i] = static_cast<int64_t>(byte_size(request.input(i).dtype));
  work.out_size = static_cast<int64_t>(byte_size(request.output().dtype));
  work.operands = shapes.size();
  work.through_wide = through_wide;
  for (size_t i = 0; i < shapes.size(); ++i) work.narrow[i] = request.input(i).dtype == DType::bf16;
  work.narrow_out = request.output().dtype == DType::bf16;
  const auto elements = static_cast<double>(work.broadcast.elements());
  work.parts = parts_for(request.machine, elements * cost, divide_up(work.broadcast.elements(), grain));
  KernelInfo info = own_info(request, elements * cost);
  allow_in_place(info, request);
  return make_kernel(std::move(info), [work = std::move(work)](const Arguments& arguments) {
    in_parallel(work.parts, [&](int part) { work.run(arguments, part); });
  });
}

}  // namespace dltrain::backends::onednn
