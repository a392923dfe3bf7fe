// ModelCheckpoint: when a run is saved, and which checkpoints stay.
#include <chrono>
#include <cstdio>

#include "core/files.h"
#include "core/text.h"
#include "training/callback.h"
#include "training/callbacks/support/checkpoint_path.h"
#include "training/callbacks/support/direction.h"
#include "training/run_folder.h"
#include "training/state_table.h"

namespace dltrain {

namespace training {

namespace {

// Keras' save_freq: "epoch" (0), or a number of steps.
struct SaveFrequency {
  int64_t steps = 0;
};

}  // namespace

}  // namespace training

template <> struct Converter<training::SaveFrequency> {
  static constexpr FieldType type = FieldType::other;
  static std::string type_text() { return "\"epoch\" or a number of steps"; }
  static std::string normalise(const Setting& given, Setting& canonical) {
    const bool is_epoch = given.text() != nullptr && *given.text() == "epoch";
    if (!is_epoch && (given.integer() == nullptr || *given.integer() < 1))
      return "must be \"epoch\" or a number of steps of at least 1";
    canonical = given;
    return {};
  }
  static void read(const Setting& canonical, training::SaveFrequency& value) {
    value.steps = canonical.integer() == nullptr ? 0 : *canonical.integer();
  }
  static Setting print(training::SaveFrequency value) {
    return value.steps == 0 ? Setting("epoch") : Setting(value.steps);
  }
};

namespace training {

namespace {

std::string complaint_about_weights_only(const Setting& given) {
  return given.boolean() != nullptr && !*given.boolean()
             ? "must be true: a file holds weights, and the checkpoints of the run all the rest; leave it out"
             : "";
}

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

struct ModelCheckpoint : Callback {
  static constexpr auto kind = "ModelCheckpoint";
  std::optional<std::string> filepath;
  std::optional<std::string> monitor;
  MonitorMode mode = MonitorMode::automatic;
  bool save_best_only = false;
  bool save_weights_only = true;
  SaveFrequency save_freq;
  std::optional<double> initial_value_threshold;
  int64_t keep_last = 2;
  int64_t keep_best = 1;
  int64_t every_epochs = 1;
  int64_t every_steps = 0;
  int64_t every_seconds = 600;
  int64_t max_failures = 2;

  static void describe(auto& d) {
    d.doc(
        "Saves the run, so that it can go on from there. Always on: naming it changes when, and which checkpoints stay. With "
        "filepath it writes a file of weights beside that, which Keras reads.");
    d.param(
         &ModelCheckpoint::filepath, "filepath",
         "a .weights.h5 file in the folder of the run; {epoch}, {epoch:02d}, {val_loss}, {val_loss:.3f} stand for values, "
         "{batch} for the step within the epoch where it is written after steps")
        .obeys(&complaint_about_checkpoint_path);
    d.param(&ModelCheckpoint::monitor, "monitor",
            "the value that tells which checkpoint is best; val_loss by default, or loss");
    d.param(&ModelCheckpoint::mode, "mode", "whether the smallest or the largest is best");
    d.param(&ModelCheckpoint::save_best_only, "save_best_only", "save epochs only that are better than all before");
    d.param(&ModelCheckpoint::save_weights_only, "save_weights_only", "true: what filepath writes are weights")
        .obeys(&complaint_about_weights_only);
    d.param(&ModelCheckpoint::save_freq, "save_freq",
            "Keras' way to say every_epochs = 1, or every_steps = N without every_epochs");
    d.param(&ModelCheckpoint::initial_value_threshold, "initial_value_threshold", "what the first best must beat");
    d.param(&ModelCheckpoint::keep_last, "keep_last", "how many of the newest checkpoints stay").at_least(1);
    d.param(&ModelCheckpoint::keep_best, "keep_best", "how many of the best checkpoints stay").at_least(0);
    d.param(&ModelCheckpoint::every_epochs, "every_epochs", "epochs between two checkpoints; 0: none for epochs")
        .formerly("period")
        .at_least(0);
    d.param(&ModelCheckpoint::every_steps, "every_steps", "steps between two checkpoints; 0: none for steps")
        .at_least(0);
    d.param(&ModelCheckpoint::every_seconds, "every_seconds",
            "seconds between two checkpoints within an epoch; 0: none for time")
        .at_least(0);
    d.param(&ModelCheckpoint::max_failures, "max_failures",
            "how many checkpoints in a row may fail to be written, with a warning each, before the run ends")
        .at_least(0);
  }
  void check(FieldReport& report) const {
    if (save_best_only && !filepath) {
      report.error("save_best_only",
                   "save_best_only is for files of weights: without filepath the newest checkpoint is kept as well",
                   "add filepath, or leave it out: RUN/best is the best checkpoint");
    }
    if (save_freq.steps > 0 && every_steps > 0)
      report.error("save_freq", "save_freq and every_steps say the same", "leave one of them out");
    if (save_best_only && (save_freq.steps > 0 || every_steps > 0)) {
      report.error("save_best_only", "which is best is known at the ends of epochs, not after steps",
                   "leave save_freq and every_steps out");
    }
  }

  void prepare(const CallbackContext& context) override {
    folder_ = context.folder;
    if (save_freq.steps > 0) {
      every_steps = save_freq.steps;
      every_epochs = 0;
    }
    watched_ = monitor_or_default(monitor, context.values);
    largest_ = monitor_grows(context.spec, mode, watched_);
    best_ = initial_value_threshold;
    last_time_ = now();
    if (!filepath) return;
    check_checkpoint_path(*filepath, every_steps > 0 ? std::vector<std::string>{"batch"} : context.values);
  }
  std::string monitored() const override { return watched_; }
  std::optional<Retention> keeps() const override { return filepath ? std::nullopt : std::optional(plain().keep); }

  // Folders of the weights' files that do not depend on values: what is in their way is found before training.
  void open() override {
    if (!filepath) return;
    const std::string path = join_path(folder_, *filepath);
    if (is_directory(path))
      throw UserError(ExitCode::io, "is-a-folder", "callback \"ModelCheckpoint\"", path + " is a folder",
                      "name a file");
    const std::string folder = parent_path(path.substr(0, path.find('{')));
    create_directories(folder);
    check_writable(folder);
  }

  Table state() override {
    Table state;
    if (best_) state.set("best", *best_);
    return state;
  }
  void restore(const Table& state) override {
    best_.reset();
    if (const Setting* best = state.find("best")) best_ = number_of(*best);
  }

  void on(const Event& event, Wishes& wishes) override {
    if (const auto* done = std::get_if<EpochDone>(&event)) at_epoch(*done, wishes);
    if (const auto* step = std::get_if<Stepped>(&event)) at_step(*step, wishes);
  }

 private:
  void at_epoch(const EpochDone& done, Wishes& wishes) {
    const bool is_due = every_epochs > 0 && (done.epoch % every_epochs == 0 || done.epoch == done.epochs);
    if (!is_due && !wishes.stop) return;
    const double* value = find_value(done.values, watched_);
    const bool better = value != nullptr && improves(*value, best_, largest_);
    if (better) best_ = *value;
    if (filepath) {
      if (every_steps == 0 && (better || !save_best_only))
        wishes.export_weights.push_back(join_path(folder_, checkpoint_path(*filepath, done.epoch, done.values)));
      return;
    }
    SaveWish wish = plain();
    if (value != nullptr && improves(*value, {}, largest_)) wish.value = *value;
    wishes.save = wish;
    last_time_ = now();
  }

  // The last step of an epoch is saved with the epoch.
  void at_step(const Stepped& step, Wishes& wishes) {
    const bool is_due = every_steps > 0 && step.step % every_steps == 0;
    if (filepath) {
      if (is_due)
        wishes.export_weights.push_back(join_path(
            folder_, checkpoint_path(*filepath, step.epoch, {{"batch", static_cast<double>(step.step_in_epoch)}})));
      return;
    }
    const bool epoch_follows = step.step_in_epoch == step.steps_per_epoch && every_epochs > 0;
    if (epoch_follows && step.epoch % every_epochs == 0) return;
    const bool is_time = every_seconds > 0 && now() - last_time_ >= static_cast<double>(every_seconds);
    if (!is_due && !is_time) return;
    wishes.save = plain();
    last_time_ = now();
  }

  SaveWish plain() const { return {{keep_last, keep_best, max_failures}, watched_, {}, largest_}; }

  std::string folder_, watched_;
  bool largest_ = false;
  std::optional<double> best_;
  double last_time_ = 0;
};

}  // namespace

void register_model_checkpoint(CallbackRegistry& registry) { registry.add<ModelCheckpoint>(); }

}  // namespace training

}  // namespace dltrain
