// What registries of kernels have in common, on whatever device: what a kernel is asked for, candidates that accept it or
// refuse it with a reason, and what every kernel must at least move.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/backend.h"

namespace dltrain::backends {

// What a kernel is asked for. Backends add what they compute with.
struct KernelRequest {
  const graph::Graph& graph;
  const graph::Node& node;
  const std::vector<bool>& output_used;
  std::string_view implementation = {};  // which of a candidate's; empty: what it chooses

  const std::string& op() const;
  const graph::ValueType& input(size_t i) const { return graph.type(node.inputs[i]); }
  const graph::ValueType& output(size_t i = 0) const { return node.outputs[i]; }
};

// Candidates by op. They are tried in the order in which they were added, fastest first; each may refuse a node with a
// reason.
template <class Request> class KernelRegistryOf {
 public:
  struct Candidate {
    Support (*accepts)(const Request&) = nullptr;
    std::unique_ptr<Kernel> (*make)(const Request&) = nullptr;
    // What `make` can make, the one that it makes by itself first; also where `accepts` refuses because others are
    // faster. Null: nothing to choose from.
    std::vector<std::string> (*names)(const Request&) = nullptr;
  };
  void add(const std::string& op, Candidate candidate) { candidates_[op].push_back(candidate); }
  bool knows(std::string_view op) const { return candidates_.contains(op); }

  // Yes if a candidate accepts; else the refusal of the last, or `unknown` where there is none.
  Support supports(const Request& request, const std::string& unknown) const {
    Support refusal{false, unknown};
    for (const Candidate& candidate : find(request.op())) {
      refusal = candidate.accepts(request);
      if (refusal.yes) break;
    }
    return refusal;
  }

  // The kernel of the first candidate that accepts; null if none does.
  std::unique_ptr<Kernel> compile(const Request& request) const {
    for (const Candidate& candidate : find(request.op())) {
      if (candidate.accepts(request).yes) return candidate.make(request);
    }
    return nullptr;
  }

  // The names that all candidates have for the node, those of the one that `compile` takes first.
  std::vector<std::string> implementations(const Request& request) const {
    std::vector<std::string> names;
    bool is_taken = false;
    for (const Candidate& candidate : find(request.op())) {
      const bool takes = !is_taken && candidate.accepts(request).yes;
      is_taken = is_taken || takes;
      if (candidate.names == nullptr) {
        if (takes) return {};
        continue;
      }
      const std::vector<std::string> own = candidate.names(request);
      names.insert(takes ? names.begin() : names.end(), own.begin(), own.end());
    }
    return names;
  }

  // The kernel of one of these; null if there is none of that name.
  std::unique_ptr<Kernel> compile_as(Request request, const std::string& name) const {
    for (const Candidate& candidate : find(request.op())) {
      if (candidate.names == nullptr) continue;
      const std::vector<std::string> names = candidate.names(request);
      if (std::find(names.begin(), names.end(), name) == names.end()) continue;
      request.implementation = name;
      return candidate.make(request);
    }
    return nullptr;
  }

 private:
  const std::vector<Candidate>& find(std::string_view op) const {
    static const std::vector<Candidate> none;
    const auto found = candidates_.find(op);
    return found == candidates_.end() ? none : found->second;
  }

  std::map<std::string, std::vector<Candidate>, std::less<>> candidates_;
};

// Yes if all inputs and outputs are float32, but for inputs from number `floats` on.
Support only_float32(const KernelRequest& request, size_t floats = SIZE_MAX);

// Bytes if every input is read once and every used output written once.
double bytes_moved(const KernelRequest& request);

// Lets output `output` be written over each input of the same shape and size of elements.
void allow_in_place(KernelInfo& info, const KernelRequest& request, int output = 0);

// The kernel that calls `run` in its runs.
std::unique_ptr<Kernel> make_function_kernel(KernelInfo info, std::function<void(const Arguments&)> run);

template <class T> const T* input(const Arguments& arguments, size_t i) {
  return static_cast<const T*>(arguments.inputs[i]);
}
template <class T> T* output(const Arguments& arguments, size_t i = 0) { return static_cast<T*>(arguments.outputs[i]); }

}  // namespace dltrain::backends
