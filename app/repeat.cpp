#include "app/repeat.h"

#include <algorithm>

#include "app/experiment.h"
#include "core/version.h"
#include "models/recipe/difference.h"
#include "training/callback_list.h"
#include "training/checkpoint/checkpoint.h"
#include "training/device.h"
#include "training/fingerprint.h"
#include "training/kernel_tuning.h"
#include "training/model_folder.h"
#include "training/trainer.h"

namespace dltrain::app {

using training::Position;
using training::Snapshot;

namespace {

// Has the run reached a place? Seconds and values may differ there.
bool is_at(const Position& position, const Position& place) {
  return position.step == place.step && position.epoch == place.epoch &&
         position.epoch_started == place.epoch_started && position.batches == place.batches;
}

// Wishes a checkpoint after a step, and after the epoch that ends with it.
class SaveAfter : public training::Callback {
 public:
  explicit SaveAfter(int64_t step) : step_(step) {}
  void on(const training::Event& event, training::Wishes& wishes) override {
    const auto* stepped = std::get_if<training::Stepped>(&event);
    const auto* epoch = std::get_if<training::EpochDone>(&event);
    if ((stepped != nullptr && stepped->step == step_) || (epoch != nullptr && epoch->step == step_))
      wishes.save = training::SaveWish{};
  }

 private:
  int64_t step_;
};

// Keeps the snapshot of one place.
class Keeper : public training::Saver {
 public:
  explicit Keeper(const Position& place) : place_(place) {}
  void save(Snapshot snapshot, std::vector<std::string>, const training::SaveWish&) override {
    if (is_at(snapshot.position, place_)) kept_ = std::move(snapshot);
  }
  std::string save_failure(Snapshot, const Table&) override { return {}; }
  void export_weights(training::Model&, const std::string&) override {}
  void finish() override {}
  std::vector<std::string> take_notices() override { return {}; }
  const std::optional<Snapshot>& kept() const { return kept_; }

 private:
  Position place_;
  std::optional<Snapshot> kept_;
};

models::Spec spec_of(const std::string& checkpoint, int64_t epochs) {
  models::Spec spec = training::open_model_folder(training::catalogue(), checkpoint).spec;
  spec.train.epochs = epochs;
  return spec;
}

// A checkpoint's recipe, data and model once more.
struct Again {
  Again(const std::string& checkpoint, int64_t epochs)
      : spec(spec_of(checkpoint, epochs)),
        data(open_data(spec)),
        model(open_program(spec, data->signature()), training::open_device(spec.run)) {
    training::use_kept_kernels(model, checkpoint);
  }

  training::CallbackList callbacks() {
    std::vector<std::string> names;
    for (const auto& [name, value] : model.results(models::SumSet::train)) names.push_back(name);
    const bool validates = training::validates(spec.train, data->size(datasets::Part::validation));
    training::CallbackList list({spec, "", "", training::value_names(names, validates),
                                 training::steps_per_epoch(spec, data->size(datasets::Part::train)), nullptr});
    list.leave_out_records();
    return list;
  }

  // What has changed since a checkpoint was made.
  std::vector<std::string> changes_since(const training::Surroundings& then) {
    const backends::DeviceInfo& device = model.session().backend().device();
    return training::differences(
        then, {version_and_build(), then.recipe, device.name, device.description, training::data_fingerprint(*data)});
  }

  models::Spec spec;
  std::unique_ptr<datasets::Dataset> data;
  training::Model model;
};

bool comparable(const GoodCheckpoint& a, const GoodCheckpoint& b) {
  if (a.manifest.surroundings != b.manifest.surroundings) return false;
  return models::differences(spec_of(a.path, 1), spec_of(b.path, 1)).empty();
}

const formats::NamedArray* find(const training::States& states, const std::string& name) {
  const auto found = std::find_if(states.begin(), states.end(), [&](const auto& s) { return s.name == name; });
  return found == states.end() ? nullptr : &*found;
}

void compare(const training::States& before, const training::States& now, const std::string& prefix, Repeated& result) {
  for (const formats::NamedArray& state : before) {
    const formats::NamedArray* same = find(now, state.name);
    if (same == nullptr || !(same->array == state.array)) result.differing.push_back(prefix + state.name);
    ++result.states;
  }
}

training::States states_after(const std::string& checkpoint, int64_t steps) {
  const int64_t epoch = training::verify_checkpoint(checkpoint).position.epoch;
  Again again(checkpoint, epoch + steps);  // there is always a next step
  training::CallbackList none;
  training::Trainer trainer(again.model, *again.data, none);
  Snapshot snapshot = training::read_checkpoint(checkpoint, again.model.program());
  trainer.stop_after(snapshot.position.step + steps);
  trainer.restore(std::move(snapshot), checkpoint);
  trainer.fit();
  return training::copy_states(again.model);
}

}  // namespace

std::optional<Stretch> stretch_within(const std::vector<GoodCheckpoint>& checkpoints, int64_t steps) {
  std::optional<Stretch> found;
  int64_t most = 0;
  for (const GoodCheckpoint& to : checkpoints) {
    if (to.manifest.position.micro_batch > 0) continue;  // saved by a signal within a step
    for (const GoodCheckpoint& from : checkpoints) {
      const int64_t distance = to.manifest.position.step - from.manifest.position.step;
      if (distance < std::max<int64_t>(most, 1) || distance > steps || !comparable(from, to)) continue;
      most = distance;
      found = Stretch{from, to};
    }
  }
  return found;
}

Repeated repeat(const Stretch& stretch) {
  const Position& place = stretch.to.manifest.position;
  Again again(stretch.from.path, place.epoch_started ? place.epoch : place.epoch - 1);
  training::CallbackList callbacks = again.callbacks();
  SaveAfter save(place.step);
  callbacks.add(save);
  Keeper keeper(place);
  training::Trainer trainer(again.model, *again.data, callbacks, &keeper);
  trainer.restore(training::read_checkpoint(stretch.from.path, again.model.program()), stretch.from.path);
  if (place.epoch_started) trainer.stop_after(place.step);
  trainer.fit();
  Repeated result;
  result.changes = again.changes_since(stretch.to.manifest.surroundings);
  if (!keeper.kept()) {
    result.differing.emplace_back("the step at which it ended");
    return result;
  }
  const Snapshot saved = training::read_checkpoint(stretch.to.path, again.model.program());
  compare(saved.states, keeper.kept()->states, "", result);
  for (const auto& [name, states] : saved.remembered) {
    const auto kept = keeper.kept()->remembered.find(name);
    compare(states, kept == keeper.kept()->remembered.end() ? training::States() : kept->second, name + ": ", result);
  }
  if (saved.position.values != keeper.kept()->position.values) result.differing.emplace_back("the history");
  return result;
}

Repeated repeat_twice(const std::string& checkpoint, int64_t steps) {
  Repeated result;
  compare(states_after(checkpoint, steps), states_after(checkpoint, steps), "", result);
  return result;
}

}  // namespace dltrain::app
