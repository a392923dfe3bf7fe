// Ops that move elements: one walk over the elements, with strides on both sides.
#include "backends/cuda/shapes.h"
#include "backends/cuda/device/shapes_parameters.h"
#include "backends/cuda/elementwise.h"

namespace dltrain::backends::cuda {

namespace {

std::vector<Axis> axes_of(const Move& move) { return merged_axes(move.shape, {move.from, move.to}); }

}  // namespace

Support fits(const Move& move) {
  const size_t axes = axes_of(move).size();
  if (axes <= device::max_axes) return {};
  return {false, "its CUDA kernel walks along " + std::to_string(device::max_axes) + " axes at most (was " +
                     std::to_string(axes) + ")"};
}

std::function<void(const void* from, void* to)> mover(const Request& request, const Move& move, DType from, DType to) {
  const std::vector<Axis> axes = axes_of(move);
  device::CopyParameters constant{};
  constant.count = static_cast<uint32_t>(move.shape.elements());
  constant.rank = static_cast<int>(axes.size());
  for (size_t i = 0; i < axes.size(); ++i) {
    constant.sizes[i] = static_cast<uint32_t>(axes[i].size);
    constant.from_strides[i] = static_cast<uint32_t>(axes[i].strides[0]);
    constant.to_strides[i] = static_cast<uint32_t>(axes[i].strides[1]);
  }
  Queue* queue = &request.queue;
  const std::string kind =
      from == to ? std::to_string(byte_size(to)) : std::string(suffix_of(from)) + "_" + suffix_of(to);
  CUkernel kernel = queue->kernel({"shapes", "copy_" + kind});
  const Grid grid = grid_for(request, move.shape.elements());
  const int64_t from_start = move.from_start * static_cast<int64_t>(byte_size(from));
  const int64_t to_start = move.to_start * static_cast<int64_t>(byte_size(to));
  return [=](const void* source, void* target) {
    device::CopyParameters p = constant;
    p.from = static_cast<const std::byte*>(source) + from_start;
    p.to = static_cast<std::byte*>(target) + to_start;
    queue->launch(kernel, grid, &p);
  };
}

std::function<void(const void* from, void* to)> mover(const Request& request, const Move& move) {
  return mover(request, move, request.output().dtype, request.output().dtype);
}

namespace {

using Strides = std::vector<int64_t>;

Move transpose_of(const Request& request) {
  const Strides own = strides_of(request.input(0).shape);
  Move move{request.output().shape, {}, strides_of(request.output().shape)};
  for (const int64_t axis : request.node.attributes.integers("permutation"))
    move.from.push_back(own[static_cast<size_t>(axis)]);
  return move;
}

Move broadcast_of(const Request& request) {
  const Shape& shape = request.output().shape;
  return {shape, broadcast_strides(request.input(0).shape, shape), strides_of(shape)};
}

Move slice_of(const Request& request) {
  Move move{request.output().shape, strides_of(request.input(0).shape), strides_of(request.output().shape)};
  for (size_t i = 0; i < move.from.size(); ++i) {
    move.from_start += request.node.attributes.integers("begin")[i] * move.from[i];
    move.from[i] *= request.node.attributes.integers("strides")[i];
  }
  return move;
}

Move pad_of(const Request& request) {
  const Shape& shape = request.input(0).shape;
  Move move{shape, strides_of(shape), strides_of(request.output().shape)};
  for (size_t i = 0; i < move.to.size(); ++i) {
    move.to_start += request.node.attributes.integers("low")[i] * move.to[i];
    move.to[i] *= 1 + request.node.attributes.integers("interior")[i];
  }
  return move;
}

// One input of a concatenation that begins at `begin` along its axis.
Move concat_of(const Request& request, size_t input, int64_t begin) {
  const Shape& shape = request.input(input).shape;
  Move move{shape, strides_of(shape), strides_of(request.output().shape)};
  const int64_t axis = normalized_axis(request.node.attributes.integer("axis"), shape.rank());
  move.to_start = begin * move.to[static_cast<size_t>(axis)];
  return move;
}

Move move_of(const Request& request) {
  if (request.op() == "transpose") return transpose_of(request);
  if (request.op() == "broadcast_to") return broadcast_of(request);
  if (request.op() == "slice") return slice_of(request);
  return pad_of(request);
}

Support accepts(const Request& request) { return fits(move_of(request)); }
Support accepts_concat(const Request& request) { return fits(concat_of(request, 0, 0)); }

KernelInfo info_of(const Request& request) {
  KernelInfo info = own_info(request, 0);
  info.implementation = "shapes:copy";
  return info;
}

std::unique_ptr<Kernel> make(const Request& request) {
  const auto move = mover(request, move_of(request));
  return make_function_kernel(info_of(request), [move](const Arguments& a) { move(a.inputs[0], a.outputs[0]); });
}

std::unique_ptr<Kernel> make_pad(const Request& request) {
  const auto move = mover(request, pad_of(request));
  const auto fill = filler(request, request.node.attributes.real("value"));
  return make_function_kernel(info_of(request), [move, fill](const Arguments& a) {
    fill(a.outputs[0]);
    move(a.inputs[0], a.outputs[0]);
  });
}

std::unique_ptr<Kernel> make_concat(const Request& request) {
  std::vector<std::function<void(const void*, void*)>> moves;
  int64_t begin = 0;
  for (size_t i = 0; i < request.node.inputs.size(); ++i) {
    const Shape& shape = request.input(i).shape;
    moves.push_back(mover(request, concat_of(request, i, begin)));
    begin += shape[static_cast<size_t>(normalized_axis(request.node.attributes.integer("axis"), shape.rank()))];
  }
  return make_function_kernel(info_of(request), [moves](const Arguments& a) {
    for (size_t i = 0; i < moves.size(); ++i) moves[i](a.inputs[i], a.outputs[0]);
  });
}

}  // namespace

void register_shapes(KernelRegistry& registry) {
  for (const char* op : {"transpose", "broadcast_to", "slice"}) registry.add(op, {accepts, make});
  registry.add("pad", {accepts, make_pad});
  registry.add("concat", {accepts_concat, make_concat});
}

}  // namespace dltrain::backends::cuda
