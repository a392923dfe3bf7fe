#include "tests/cuda/stand_in/cudnn_operations.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <set>

#include "tests/cuda/stand_in/machine.h"

namespace dltrain::stand_in {

namespace {

using Four = std::array<int64_t, 4>;

// A tensor as it is computed with. What is counted or true is a float between operations.
struct Place {
  Four sizes{}, strides{};
  Storage storage = Storage::float32;
  std::shared_ptr<std::byte[]> own;  // of what is never in memory, or passed by value
  void* memory = nullptr;

  int64_t extent() const {
    int64_t last = 0;
    for (size_t i = 0; i < 4; ++i) last += (sizes[i] - 1) * strides[i];
    return last + 1;
  }
  // Sizes of one are repeated.
  int64_t at(const Four& index) const {
    int64_t place = 0;
    for (size_t i = 0; i < 4; ++i) place += (sizes[i] == 1 ? 0 : index[i]) * strides[i];
    return place;
  }
  float read(const Four& index) const { return read_number<float>(memory, storage, at(index)); }
  void write(const Four& index, float value) const { write_number(memory, storage, at(index), value); }
};

bool is_narrow(const Node& tensor) {
  return type_of(tensor) == CUDNN_DATA_BFLOAT16 || type_of(tensor) == CUDNN_DATA_HALF;
}

Place place_of(const Node& tensor) {
  Place place;
  const std::vector<int64_t> sizes = tensor.integers(CUDNN_ATTR_TENSOR_DIMENSIONS);
  const std::vector<int64_t> strides = tensor.integers(CUDNN_ATTR_TENSOR_STRIDES);
  if (sizes.size() == 4) std::copy(sizes.begin(), sizes.end(), place.sizes.begin());
  if (strides.size() == 4) std::copy(strides.begin(), strides.end(), place.strides.begin());
  const cudnnDataType_t type = type_of(tensor);
  if (type == CUDNN_DATA_BFLOAT16) place.storage = Storage::bfloat16;
  if (type == CUDNN_DATA_HALF) place.storage = Storage::float16;
  return place;
}

template <class Visit> void each_index(const Four& sizes, Visit visit) {
  Four i{};
  for (i[0] = 0; i[0] < sizes[0]; ++i[0])
    for (i[1] = 0; i[1] < sizes[1]; ++i[1])
      for (i[2] = 0; i[2] < sizes[2]; ++i[2])
        for (i[3] = 0; i[3] < sizes[3]; ++i[3]) visit(i);
}

// --- what an operation reads and writes

struct Operation {
  const Node* node;
  std::vector<NodePointer> reads;
  NodePointer writes;
};

Operation operation_of(const Node& o) {
  switch (o.type) {
    case CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR:
      return {&o,
              {o.node(CUDNN_ATTR_OPERATION_MATMUL_ADESC), o.node(CUDNN_ATTR_OPERATION_MATMUL_BDESC)},
              o.node(CUDNN_ATTR_OPERATION_MATMUL_CDESC)};
    case CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR:
      return {&o, {o.node(CUDNN_ATTR_OPERATION_REDUCTION_XDESC)}, o.node(CUDNN_ATTR_OPERATION_REDUCTION_YDESC)};
    case CUDNN_BACKEND_OPERATION_RESHAPE_DESCRIPTOR:
      return {&o, {o.node(CUDNN_ATTR_OPERATION_RESHAPE_XDESC)}, o.node(CUDNN_ATTR_OPERATION_RESHAPE_YDESC)};
    case CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR: break;
    default: return {&o, {}, nullptr};
  }
  Operation operation{&o, {o.node(CUDNN_ATTR_OPERATION_POINTWISE_XDESC)}, o.node(CUDNN_ATTR_OPERATION_POINTWISE_YDESC)};
  for (const auto name : {CUDNN_ATTR_OPERATION_POINTWISE_BDESC, CUDNN_ATTR_OPERATION_POINTWISE_TDESC}) {
    if (o.find(name) != nullptr) operation.reads.push_back(o.node(name));
  }
  return operation;
}

std::vector<Operation> operations_of(const Node& graph) {
  std::vector<Operation> operations;
  for (const NodePointer& node : graph.values.at(CUDNN_ATTR_OPERATIONGRAPH_OPS).nodes)
    operations.push_back(operation_of(*node));
  return operations;
}

cudnnPointwiseMode_t mode_of(const Node& o) {
  return o.node(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR)->get<cudnnPointwiseMode_t>(CUDNN_ATTR_POINTWISE_MODE);
}

// How many tensors a mode reads; 0: this stand-in does not know it.
size_t arguments_of(cudnnPointwiseMode_t mode) {
  switch (mode) {
    case CUDNN_POINTWISE_ADD:
    case CUDNN_POINTWISE_SUB:
    case CUDNN_POINTWISE_MUL:
    case CUDNN_POINTWISE_DIV:
    case CUDNN_POINTWISE_CMP_GE: return 2;
    case CUDNN_POINTWISE_EXP:
    case CUDNN_POINTWISE_LOG:
    case CUDNN_POINTWISE_IDENTITY:
    case CUDNN_POINTWISE_GEN_INDEX: return 1;
    case CUDNN_POINTWISE_BINARY_SELECT: return 3;
    default: return 0;
  }
}

// --- whether they go together

bool repeats(const Four& sizes, const Four& to) {
  for (size_t i = 0; i < 4; ++i) {
    if (sizes[i] != to[i] && sizes[i] != 1) return false;
  }
  return true;
}

bool fits_product(const Operation& o) {
  const Four x = place_of(*o.reads[0]).sizes, y = place_of(*o.reads[1]).sizes, z = place_of(*o.writes).sizes;
  const bool adds_wide =
      o.node->node(CUDNN_ATTR_OPERATION_MATMUL_DESC)->get<cudnnDataType_t>(CUDNN_ATTR_MATMUL_COMP_TYPE) ==
      CUDNN_DATA_FLOAT;
  return adds_wide && x[0] == z[0] && x[1] == z[1] && y[0] == z[0] && y[1] == z[1] && x[2] == z[2] && x[3] == y[2] &&
         y[3] == z[3];
}

bool fits_view(const Operation& o) {
  const Place x = place_of(*o.reads[0]), y = place_of(*o.writes);
  return x.sizes == Four{y.sizes[0], y.sizes[1], y.sizes[3], y.sizes[2]} &&
         x.strides == Four{y.strides[0], y.strides[1], y.strides[3], y.strides[2]};
}

bool fits_operation(const Operation& o) {
  if (o.writes == nullptr) return false;
  const Four to = place_of(*o.writes).sizes;
  const Four from = place_of(*o.reads[0]).sizes;
  if (o.node->type == CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR) return fits_product(o);
  if (o.node->type == CUDNN_BACKEND_OPERATION_RESHAPE_DESCRIPTOR) return fits_view(o);
  if (o.node->type == CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR) return repeats(to, from);
  return o.reads.size() == arguments_of(mode_of(*o.node)) &&
         std::all_of(o.reads.begin(), o.reads.end(),
                     [&](const NodePointer& read) { return repeats(place_of(*read).sizes, to); });
}

// --- computing

float pointwise(cudnnPointwiseMode_t mode, const std::array<float, 3>& x, const Four& index, int64_t axis) {
  switch (mode) {
    case CUDNN_POINTWISE_ADD: return x[0] + x[1];
    case CUDNN_POINTWISE_SUB: return x[0] - x[1];
    case CUDNN_POINTWISE_MUL: return x[0] * x[1];
    case CUDNN_POINTWISE_DIV: return x[0] / x[1];
    case CUDNN_POINTWISE_CMP_GE: return x[0] >= x[1] ? 1.0F : 0.0F;
    case CUDNN_POINTWISE_EXP: return std::exp(x[0]);
    case CUDNN_POINTWISE_LOG: return std::log(x[0]);
    case CUDNN_POINTWISE_GEN_INDEX: return static_cast<float>(index[static_cast<size_t>(axis)]);
    case CUDNN_POINTWISE_BINARY_SELECT: return x[2] != 0 ? x[0] : x[1];
    default: return x[0];
  }
}

void multiply(const Place& x, const Place& y, const Place& to) {
  each_index(to.sizes, [&](const Four& i) {
    float sum = 0;
    for (int64_t k = 0; k < x.sizes[3]; ++k) sum += x.read({i[0], i[1], i[2], k}) * y.read({i[0], i[1], k, i[3]});
    to.write(i, sum);
  });
}

void reduce(const Node& o, const Place& x, const Place& to) {
  const auto by =
      o.node(CUDNN_ATTR_OPERATION_REDUCTION_DESC)->get<cudnnReduceTensorOp_t>(CUDNN_ATTR_REDUCTION_OPERATOR);
  const bool largest = by == CUDNN_REDUCE_TENSOR_MAX;
  std::vector<float> sums(static_cast<size_t>(to.extent()), largest ? -INFINITY : 0.0F);
  each_index(x.sizes, [&](const Four& i) {
    float& sum = sums[static_cast<size_t>(to.at(i))];
    sum = largest ? std::max(sum, x.read(i)) : sum + x.read(i);
  });
  each_index(to.sizes, [&](const Four& i) { to.write(i, sums[static_cast<size_t>(to.at(i))]); });
}

void compute(const Node& o, const std::vector<Place>& x, const Place& to) {
  if (o.type == CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR) return multiply(x[0], x[1], to);
  if (o.type == CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR) return reduce(o, x[0], to);
  if (o.type == CUDNN_BACKEND_OPERATION_RESHAPE_DESCRIPTOR) {
    return each_index(to.sizes,
                      [&](const Four& i) { to.write(i, read_number<float>(x[0].memory, x[0].storage, to.at(i))); });
  }
  const cudnnPointwiseMode_t mode = mode_of(o);
  const Node& function = *o.node(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR);
  const int64_t axis = mode == CUDNN_POINTWISE_GEN_INDEX ? function.get<int64_t>(CUDNN_ATTR_POINTWISE_AXIS) : 0;
  each_index(to.sizes, [&](const Four& i) {
    std::array<float, 3> values{};
    for (size_t k = 0; k < x.size() && mode != CUDNN_POINTWISE_GEN_INDEX; ++k) values[k] = x[k].read(i);
    to.write(i, pointwise(mode, values, i, axis));
  });
}

// Of everything that the operations read and write, by id.
std::map<int64_t, NodePointer> tensors_of(const Node& graph) {
  std::map<int64_t, NodePointer> tensors;
  for (const Operation& o : operations_of(graph)) {
    for (const NodePointer& read : o.reads) tensors.emplace(id_of(*read), read);
    tensors.emplace(id_of(*o.writes), o.writes);
  }
  return tensors;
}

// Where a tensor lies; no memory if it does not lie there as was promised.
Place bound(const Node& tensor, void* given) {
  Place place = place_of(tensor);
  const auto bytes = static_cast<size_t>(place.extent()) * bytes_of(place.storage);
  if (is_virtual(tensor) || is_by_value(tensor)) {
    place.own = std::shared_ptr<std::byte[]>(new std::byte[bytes]);
    std::memset(place.own.get(), 0xFF, bytes);
    if (is_by_value(tensor)) std::memcpy(place.own.get(), given, bytes);
    place.memory = place.own.get();
    return place;
  }
  const auto start = reinterpret_cast<CUdeviceptr>(given);
  const auto alignment = static_cast<CUdeviceptr>(tensor.get<int64_t>(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT));
  if (start % alignment == 0 && machine().holds(start, bytes)) place.memory = given;
  return place;
}

size_t count_products(const Node& graph) {
  const std::vector<Operation> operations = operations_of(graph);
  return static_cast<size_t>(std::count_if(operations.begin(), operations.end(), [](const Operation& o) {
    return o.node->type == CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR;
  }));
}

}  // namespace

bool fits_operations(const Node& graph) {
  std::set<int64_t> written;
  for (const Operation& o : operations_of(graph)) {
    if (!fits_operation(o)) return false;
    for (const NodePointer& read : o.reads) {
      if (is_virtual(*read) && !written.contains(id_of(*read))) return false;
    }
    if (is_by_value(*o.writes) || !written.insert(id_of(*o.writes)).second) return false;
  }
  return true;
}

bool has_attention_engine(const Node& graph) {
  for (const Operation& o : operations_of(graph)) {
    if (o.node->type != CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR) continue;
    for (const NodePointer& read : o.reads) {
      if (is_virtual(*read)) continue;
      const Place place = place_of(*read);
      const int64_t features = place.strides[3] == 1 ? place.sizes[3] : place.sizes[2];
      if (!is_narrow(*read) || features % 8 != 0) return false;
    }
  }
  return count_products(graph) >= 2;
}

bool is_attention_gradient(const Node& graph) { return count_products(graph) == 5; }

bool sums_in_memory(const Node& graph) {
  const std::vector<Operation> operations = operations_of(graph);
  return std::any_of(operations.begin(), operations.end(), [](const Operation& o) {
    return o.node->type == CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR && !is_virtual(*o.writes) && !is_narrow(*o.writes);
  });
}

std::function<void()> compute_operations(const NodePointer& graph, const std::map<int64_t, void*>& memory) {
  std::map<int64_t, Place> places;
  size_t used = 0;
  for (const auto& [id, tensor] : tensors_of(*graph)) {
    const auto given = memory.find(id);
    if (!is_virtual(*tensor)) {
      if (given == memory.end()) return {};
      ++used;
    }
    const Place place = bound(*tensor, given == memory.end() ? nullptr : given->second);
    if (place.memory == nullptr) return {};
    places.emplace(id, place);
  }
  if (used != memory.size()) return {};
  return [graph, places] {
    for (const Operation& o : operations_of(*graph)) {
      std::vector<Place> reads;
      for (const NodePointer& read : o.reads) reads.push_back(places.at(id_of(*read)));
      compute(*o.node, reads, places.at(id_of(*o.writes)));
    }
  };
}

}  // namespace dltrain::stand_in
