// The owner of device memory: one backend, all states, the plans, and one arena that all plans share.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/backend.h"
#include "backends/plan.h"
#include "core/array.h"
#include "graph/state.h"

namespace dltrain::backends {

// What a run is given: batches by input name (they must outlive the run) and host scalars by name.
struct Feed {
  std::map<std::string, const Array*> data;
  std::map<std::string, double> reals;
  std::map<std::string, int64_t> integers;
};

class Session {
 public:
  explicit Session(std::unique_ptr<Backend> backend);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Backend& backend() { return *backend_; }
  const Backend& backend() const { return *backend_; }

  // Makes a state, zero at first. Nothing happens if it is there.
  void create_state(const graph::StateInfo& info);
  void create_states(const graph::StateTable& table);
  void set_state(const std::string& name, const Array& value);  // a Bug if the type differs
  Array state(const std::string& name) const;
  void zero_state(const std::string& name);
  bool has_state(const std::string& name) const { return states_.contains(name); }
  int64_t state_bytes() const;

  // Compiles a graph; the number stands for it from now on. All its states are created.
  int add(const graph::Graph& graph, const PlanOptions& options = {});
  // The same for a plan that is compiled already, for this backend.
  int add(std::unique_ptr<Plan> plan);
  // Makes the arena so large at least. Throws UserError (memory).
  void reserve(int64_t arena_bytes);
  const Plan& plan(int number) const { return *bound_[static_cast<size_t>(number)]->plan; }
  int64_t arena_bytes() const { return arena_bytes_; }
  int64_t packed_bytes() const;  // of the copies of weights of all plans

  // Enqueues one run. Results are valid until the next run of any plan.
  void run(int number, const Feed& feed);
  // The same, one kernel after the other; the seconds that each step of the plan took, packing included.
  std::vector<double> run_timed(int number, const Feed& feed);
  // The same, until a kernel gives a number that is not finite; nothing if none does. States may change.
  struct NotFinite {
    graph::Node node;
    std::string layer;   // path of the node's scope
    int64_t element;     // the first one, row-major
    double value;
    bool after_loss;     // on the way back
    Shape shape;
  };
  std::optional<NotFinite> run_until_not_finite(int number, const Feed& feed);
  // Waits, and copies a result of the last run out.
  Array result(int number, const std::string& name);
  double scalar_result(int number, const std::string& name);

 private:
  struct State {
    graph::ValueType type;
    void* memory = nullptr;
    int64_t version = 1;  // counts changes, for packed copies
  };
  // A copy of weights as kernels prefer it; one for all plans that want the same.
  struct PackedCopy {
    void* memory = nullptr;
    int64_t bytes = 0;
    int64_t version = 0;  // sum of the versions of its states when it was made
  };
  // A plan with its addresses.
  struct Bound {
    std::unique_ptr<Plan> plan;
    std::vector<std::vector<void*>> inputs, outputs;  // per step
    std::vector<Launch> launches;                     // per step
    std::vector<PackedCopy*> packed;                  // per step, null without
    std::vector<void*> input_memory;  // per graph input: device buffer or null (bound to host memory)
    std::vector<Array> scalars;       // per graph input: where what the host feeds is brought into its type
    std::vector<const std::byte*> fed;  // per graph input: host memory bound in the last run, or null
    std::vector<std::vector<void**>> input_slots;  // per graph input: pointers to patch
    std::unique_ptr<Recording> recording;           // of all launches, where the backend makes one
    int runs = 0;                                   // with these addresses
  };

  void share_packed(Bound& bound);
  void grow_arena(int64_t bytes);
  void bind(Bound& bound);
  void feed_inputs(Bound& bound, const Feed& feed);
  void* address(Bound& bound, graph::Value value);
  const void* readable(Bound& bound, graph::Value value);
  void pack_if_stale(Bound& bound, size_t step);
  void begin_run(Bound& bound, const Feed& feed);
  void launch(Bound& bound, size_t step);
  bool can_record(const Bound& bound) const;
  void end_run(Bound& bound);

  std::unique_ptr<Backend> backend_;
  std::map<std::string, State> states_;
  std::map<std::string, PackedCopy> packed_;  // by PackedUse::key, or by plan and step
  std::vector<std::unique_ptr<Bound>> bound_;
  Array scalar_{DType::f32, {}};  // what scalar_result reads into
  void* arena_ = nullptr;
  int64_t arena_bytes_ = 0;
};

}  // namespace dltrain::backends
