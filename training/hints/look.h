// Looks at a few samples with the model as it is, in inference: which ReLU units ever answer, which classes are
// answered, what goes in. Changes nothing of the training (training/observer.h).
#pragma once

#include <functional>

#include "training/hints/evidence.h"
#include "training/observer.h"
#include "training/outputs.h"

namespace dltrain::training::hints {

class Looker {
 public:
  // The observer outlives it.
  explicit Looker(Observer& observer);

  // Does what can be done before the first step: looks at inputs and targets, compiles and tries what look() runs.
  void prepare();
  // At most 256 samples of a part, spread evenly over it, and none where that would take a noticeable part of the
  // training. What no rule would judge is not computed: answers before the model had time to learn any, those of the
  // validation part where most are known to be right.
  Look look(const Curve& curve);

 private:
  void look_at_values();
  void look_at_answers(datasets::Part part, std::vector<Answers>& all);
  // Batches of one size with samples of a part; of the last one `rows` may be fewer.
  void read(datasets::Part part, int64_t samples, int64_t batch_size,
            const std::function<void(const datasets::Batch&, int64_t rows)>& use) const;
  int64_t batch_size() const;
  std::vector<std::string> wanted(datasets::Part part) const;
  void note_relus(const NamedArrays& outputs);

  Observer& observer_;
  const models::Spec& spec_;
  std::vector<OutputMeaning> meanings_;
  std::vector<const models::LayerSpec*> relus_;
  std::vector<std::string> layers_;  // those looked at: ReLUs, then outputs
  int64_t samples_;                          // to be answered in a look
  std::vector<std::vector<float>> largest_;  // by ReLU layer, by unit: the largest value so far
  std::optional<Look> values_;  // inputs and targets: the same at every look
};

}  // namespace dltrain::training::hints
