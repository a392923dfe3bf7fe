// The callbacks of a run: those of the recipe, then the standard ones that it does not name (history, hints,
// TensorBoard, checkpoints), then those that the program adds (progress bar).
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "training/callback.h"

namespace dltrain::training {

class CallbackList {
 public:
  CallbackList() = default;
  // Makes and prepares them. Throws UserError (recipe) with everything that does not fit: what is monitored and not
  // there, two that set the learning rate, one beside a schedule.
  explicit CallbackList(const CallbackContext& context);
  // One more at the end, not part of checkpoints; it outlives the list.
  void add(Callback& callback) { observers_.push_back(&callback); }
  // One more behind those of the recipe whose state is part of checkpoints, under that name; it outlives the list.
  void keep(std::string name, Callback& callback) { kept_.emplace_back(std::move(name), &callback); }
  // Those stay that can change what is trained: for steps that are made again.
  void leave_out_records();

  void open();
  // All of them see the event; what they wish is collected.
  Wishes emit(const Event& event);

  // By name: "EarlyStopping", "EarlyStopping_1". Callbacks that `states` does not know start afresh.
  Table states();
  void restore(const Table& states);
  std::vector<std::string> files() const;
  // The most that one of them wants to stay; the default where none saves.
  Retention keeps() const;
  // About what all their files will take, in bytes (Callback::log_bytes).
  int64_t log_bytes(const models::Program& program);

 private:
  struct Named {
    std::string name;
    std::unique_ptr<Callback> callback;
  };
  std::vector<Named> callbacks_;
  std::vector<std::pair<std::string, Callback*>> kept_;
  std::vector<Callback*> observers_;
};

// Whether an epoch of the run will be validated: there is a part for it, and epochs enough for validation_freq.
bool validates(const models::TrainSpec& train, int64_t validation_samples);

// The names that EpochDone will have for a spec: Keras', with "val_" where there is a validation part, which has no loss
// scale.
std::vector<std::string> value_names(const std::vector<std::string>& tracked, bool validation);

}  // namespace dltrain::training
