#include "backends/cuda/elementwise.h"

namespace dltrain::backends::cuda {

namespace {

// Strides of all inputs along the axes of the output.
std::vector<Axis> axes_of(const Request& request) {
  std::vector<std::vector<int64_t>> strides;
  for (size_t i = 0; i < request.node.inputs.size(); ++i)
    strides.push_back(broadcast_strides(request.input(i).shape, request.output().shape));
  return merged_axes(request.output().shape, strides);
}

// All inputs advance by one element along the only axis that is left, or stay.
bool is_flat(const std::vector<Axis>& axes) {
  if (axes.size() > 1) return false;
  for (const Axis& axis : axes) {
    for (const int64_t stride : axis.strides) {
      if (stride > 1) return false;
    }
  }
  return true;
}

device::ElementwiseParameters parameters_of(const Request& request, const device::Options& options) {
  const std::vector<Axis> axes = axes_of(request);
  device::ElementwiseParameters p{};
  p.count = static_cast<uint32_t>(request.output().elements());
  p.options = options;
  const size_t inputs = request.node.inputs.size();
  if (is_flat(axes)) {
    for (size_t k = 0; k < inputs; ++k) p.step[k] = axes.empty() ? 0 : static_cast<uint32_t>(axes[0].strides[k]);
    return p;
  }
  p.rank = static_cast<int>(axes.size());
  for (size_t axis = 0; axis < axes.size(); ++axis) {
    p.sizes[axis] = static_cast<uint32_t>(axes[axis].size);
    for (size_t k = 0; k < inputs; ++k) p.strides[k][axis] = static_cast<uint32_t>(axes[axis].strides[k]);
  }
  return p;
}

}  // namespace

std::vector<int64_t> broadcast_strides(const Shape& input, const Shape& output) {
  const std::vector<int64_t> own = strides_of(input);
  std::vector<int64_t> strides(output.rank(), 0);
  const size_t missing = output.rank() - input.rank();
  for (size_t i = 0; i < input.rank(); ++i) {
    if (input[i] != 1) strides[missing + i] = own[i];
  }
  return strides;
}

std::vector<Axis> merged_axes(const Shape& output, const std::vector<std::vector<int64_t>>& strides) {
  std::vector<Axis> axes;
  for (size_t i = 0; i < output.rank(); ++i) {
    if (output[i] == 1) continue;
    Axis axis{output[i], {}};
    for (const std::vector<int64_t>& input : strides) axis.strides.push_back(input[i]);
    bool goes_on = !axes.empty();
    for (size_t k = 0; goes_on && k < strides.size(); ++k)
      goes_on = axes.back().strides[k] == axis.strides[k] * axis.size;
    if (goes_on) axis.size *= axes.back().size;
    if (goes_on) axes.pop_back();
    axes.push_back(std::move(axis));
  }
  return axes;
}

Support accepts_elementwise(const Request& request) {
  const size_t axes = axes_of(request).size();
  if (axes <= device::max_axes) return {};
  return {false, "its CUDA kernel broadcasts along " + std::to_string(device::max_axes) + " axes at most (was " +
                     std::to_string(axes) + ")"};
}

std::unique_ptr<Kernel> make_elementwise(const Request& request, const KernelName& name, double cost,
                                         const device::Options& options) {
  const device::ElementwiseParameters constant = parameters_of(request, options);
  KernelInfo info = own_info(request, static_cast<double>(constant.count) * cost);
  allow_in_place(info, request);
  const size_t inputs = request.node.inputs.size();
  return launch_kernel<device::ElementwiseParameters>(request, std::move(info), name,
                                                      grid_for(request, constant.count, constant.rank == 0 ? 4 : 1),
                                                      [=](const Arguments& a) {
                                                        device::ElementwiseParameters p = constant;
                                                        for (size_t k = 0; k < inputs; ++k) p.in[k] = a.inputs[k];
                                                        p.out = a.outputs[0];
                                                        return p;
                                                      });
}

}  // namespace dltrain::backends::cuda
