// Where the time of a step goes: every kernel of the plan timed alone, beside the time of whole steps, of reading a
// batch, and the limits of the machine.
#pragma once

#include <string>
#include <vector>

#include "backends/backend.h"
#include "training/model.h"

namespace dltrain::training {

// What is done with a batch.
enum class Work {
  train,
  evaluate,
  predict
};

// The plans of one step of that work, the one that reads batches of this size first.
std::vector<PlanOf> plans_of_work(Work work, int64_t accumulation, int64_t batch);

struct ProfileOptions {
  Work work = Work::train;
  int64_t batch_size = 0;  // 0: the recipe's
  int64_t steps = 50;      // after a few that do not count
};

// One kernel of the plan, over all steps that were timed.
struct KernelTime {
  std::string layer;           // "dense", "block/conv2d", "loss/dense", "optimizer"
  std::string pass;            // "forward", "loss", "backward", "update"
  std::string op;              // "matmul"
  std::string output;          // "float32[128, 10]"
  std::string implementation;  // "brg_matmul:avx512_core"
  std::string layout;          // of packed weights; empty: all of it is plain
  double seconds = 0;          // median
  double flops = 0;            // of one run
  bool narrow = false;         // on the units for bfloat16
  double bytes = 0;            // that it must move at least
  int64_t runs = 1;            // in one step: those of a micro-batch have several

  // The least time that the machine would need for it; 0: not known.
  double bound(const backends::Limits& limits) const;
};

struct Profile {
  Work work = Work::train;
  int64_t batch_size = 0;
  int64_t samples_per_step = 0;  // of all micro-batches
  double plan_seconds = 0;       // compiling
  double first_seconds = 0;      // the first step, packing of weights and page faults included
  std::vector<double> steps;     // seconds of whole steps, in order; not timed inside
  double reading_seconds = 0;    // median for the batches of a step, in the thread that reads
  std::vector<KernelTime> kernels;  // in the order in which they run
  backends::Limits limits;
  MemoryUse memory;

  double step_seconds() const;     // median
  double kernel_seconds() const;   // sum over a step
};

// The kernels of a plan, in the order in which they run, before any has run: without times.
std::vector<KernelTime> kernels_of(const backends::Plan& plan, int64_t runs);

// A few steps, made to see that they work and about how long they take.
struct Trial {
  int64_t steps = 0;
  double first_seconds = 0;    // with page faults and packing of weights
  double step_seconds = 0;     // median of the others, with all micro-batches
  double reading_seconds = 0;  // median for one batch, in the thread that reads
};

// Makes at least two steps, and more for so many seconds; twenty at most. Work::train changes the weights.
Trial try_steps(Model& model, const datasets::Dataset& data, Work work, double seconds);

// Trains (the weights change), evaluates or predicts with the first batches of the training part. Throws UserError
// (data) if there is no sample. Ends early, with the steps that are done, when a signal comes.
Profile profile(Model& model, const datasets::Dataset& data, const ProfileOptions& options);

}  // namespace dltrain::training
