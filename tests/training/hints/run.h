// Small trainings with the real loop, and the hints that they give.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/training/experiment.h"
#include "training/callback_list.h"
#include "training/observer.h"
#include "training/snapshot.h"
#include "training/trainer.h"

namespace dltrain::test {

// A training of a recipe whose standard callbacks write to `folder`.
class HintedRun {
 public:
  HintedRun(models::Spec spec, const std::string& folder);
  // Goes on from there, as a new process would.
  void restore(training::Snapshot snapshot);
  // Up to a step, or to the end.
  void train(std::optional<int64_t> last_step = {});

  training::Trainer& trainer() { return *trainer_; }
  training::Model& model() { return *model_; }
  // Those of this object's training.
  const std::vector<training::Hint>& hints() const { return listener_.hints; }

 private:
  struct Listener : training::Callback {
    void on(const training::Event& event, training::Wishes&) override {
      if (const auto* hint = std::get_if<training::Hint>(&event)) hints.push_back(*hint);
    }
    std::vector<training::Hint> hints;
  };

  models::Spec spec_;
  std::unique_ptr<datasets::Dataset> data_;
  std::unique_ptr<training::Model> model_;
  std::unique_ptr<training::Observer> observer_;
  std::string folder_;
  std::unique_ptr<training::CallbackList> callbacks_;
  Listener listener_;
  std::unique_ptr<training::Trainer> trainer_;
};

// The hints of a whole training.
std::vector<training::Hint> hints_of(const models::Spec& spec);
// Their codes, each once, sorted.
std::vector<std::string> codes_of(const std::vector<training::Hint>& hints);

}  // namespace dltrain::test
