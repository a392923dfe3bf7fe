// Descriptors of cuDNN's backend API on the pretended machine: attributes by name, and what each kind must have.
#pragma once

#include <cudnn.h>

#include <cstddef>
#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include "tests/cuda/stand_in/numbers.h"

namespace dltrain::stand_in {

enum EngineKind {
  any_order,
  rounding,
  exact
};

struct Node;
using NodePointer = std::shared_ptr<const Node>;

// An attribute: values of one type, or other descriptors.
struct Value {
  cudnnBackendAttributeType_t type;
  int64_t count;
  std::vector<std::byte> bytes;
  std::vector<NodePointer> nodes;
};

struct Node {
  cudnnBackendDescriptorType_t type;
  std::map<cudnnBackendAttributeName_t, Value> values;
  bool final = false;
  EngineKind engine = exact;  // of configurations and engines
  NodePointer graph;  // that a configuration is for

  const Value* find(cudnnBackendAttributeName_t name) const {
    const auto found = values.find(name);
    return found == values.end() ? nullptr : &found->second;
  }
  template <class T> T get(cudnnBackendAttributeName_t name) const {
    T value{};
    std::memcpy(&value, values.at(name).bytes.data(), sizeof value);
    return value;
  }
  std::vector<int64_t> integers(cudnnBackendAttributeName_t name) const {
    const Value& value = values.at(name);
    std::vector<int64_t> list(static_cast<size_t>(value.count));
    std::memcpy(list.data(), value.bytes.data(), value.bytes.size());
    return list;
  }
  NodePointer node(cudnnBackendAttributeName_t name) const { return values.at(name).nodes.at(0); }
};

// All attributes are there that the library asks for, each of its type.
bool is_complete(const Node& node);

size_t bytes_of(cudnnBackendAttributeType_t type);

int64_t id_of(const Node& tensor);
// Never in memory.
bool is_virtual(const Node& tensor);
// Passed from the host.
bool is_by_value(const Node& tensor);
cudnnDataType_t type_of(const Node& tensor);

}  // namespace dltrain::stand_in
