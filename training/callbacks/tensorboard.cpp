// TensorBoard: event files of a run, below the folder events/ of its run. Tags and steps are those of Keras' callback
// (keras/src/callbacks/tensorboard.py); what depends on the clock or the machine has the prefix "system/".
#include <algorithm>
#include <chrono>
#include <utility>

#include "core/checked.h"
#include "formats/tfevents/summaries.h"
#include "models/program.h"
#include "models/recipe/canonical.h"
#include "training/callback.h"
#include "training/callbacks/tensorboard/event_log.h"
#include "training/callbacks/tensorboard/looks.h"
#include "training/callbacks/tensorboard/model_graph.h"
#include "training/callbacks/tensorboard/predictions.h"
#include "training/callbacks/tensorboard/projector.h"
#include "training/callbacks/tensorboard/scalar_tags.h"
#include "training/callbacks/tensorboard/texts.h"
#include "training/callbacks/tensorboard/update_frequency.h"
#include "training/observer.h"
#include "training/state_table.h"
#include "training/trainer.h"

namespace dltrain {

namespace training {

namespace {

using formats::scalar_summary;
using formats::SummaryValue;

std::string complaint_about_profile(const Setting& given) {
  return given.integer() != nullptr && *given.integer() != 0
             ? "is not available: dltrain writes no profiles; leave it out"
             : "";
}

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

struct TensorBoard : Callback {
  static constexpr auto kind = "TensorBoard";

  bool enabled = true;
  std::optional<std::string> log_dir;
  UpdateFrequency update_freq;
  bool write_graph = true;
  int64_t histogram_freq = 0;
  bool write_images = false;
  int64_t predictions_freq = 0;
  int64_t embeddings_freq = 0;
  int64_t profile_batch = 0;

  static void describe(auto& d) {
    d.doc("Writes event files for TensorBoard: `tensorboard --logdir runs`. Always on; name it to change it.");
    d.param(&TensorBoard::enabled, "enabled", "whether there are event files at all");
    d.param(&TensorBoard::log_dir, "log_dir",
            "folder of the event files; without it, events/ in the folder of the run");
    d.param(
        &TensorBoard::update_freq, "update_freq",
        "which steps are recorded, of those that the run reports ([run] log_every): a number at most one of so many, "
        "\"batch\" each, \"epoch\" none");
    d.param(&TensorBoard::write_graph, "write_graph", "record the layers and the operations of the model");
    d.param(&TensorBoard::histogram_freq, "histogram_freq",
            "epochs between histograms of weights, activations and gradients (of the first batch); 0: none")
        .at_least(0);
    d.param(&TensorBoard::write_images, "write_images",
            "the first batch as pictures, and kernels whenever there are histograms");
    d.param(&TensorBoard::predictions_freq, "predictions_freq",
            "epochs between confusion matrices, worst mistakes, and precision over recall, all of the validation part; "
            "0: none")
        .at_least(0);
    d.param(&TensorBoard::embeddings_freq, "embeddings_freq",
            "epochs between tables for the projector: Embedding layers, and samples before the last layer; 0: none")
        .at_least(0);
    d.param(&TensorBoard::profile_batch, "profile_batch", "must be 0: no profiles are written")
        .obeys(&complaint_about_profile);
  }

  void prepare(const CallbackContext& context) override {
    spec_ = &context.spec;
    recipe_text_ = context.recipe_text;
    values_ = context.values;
    steps_per_epoch_ = context.steps_per_epoch;
    observer_ = context.observer;
    scalars_ = ScalarTags(observer_);
    log_ =
        EventLog(log_dir.value_or(join_path(context.folder, "events")), join_path(context.folder, "event-files.txt"));
  }

  void open() override {
    if (!enabled) return;
    const bool validates =
        std::any_of(values_.begin(), values_.end(), [](const std::string& v) { return v.starts_with("val_"); });
    log_.open(validates ? std::vector<std::string>{"", "train", "validation"} : std::vector<std::string>{"", "train"});
  }
  bool only_records() const override { return true; }
  std::vector<std::string> files() const override { return log_.files(); }

  // Without histograms, pictures and the projector.
  int64_t log_bytes(const models::Program& program) override {
    if (!enabled) return 0;
    StepDone step{};
    EpochDone epoch{};
    for (const std::string& value : values_) {
      epoch.values.emplace_back(value, 0.123);
      if (!value.starts_with("val_")) step.values.emplace_back(value, 0.123);
    }
    int64_t bytes = record_bytes(scalars_.of_epoch(epoch, 1.0));
    bytes += record_bytes(scalars_.of_validation(epoch, &LoggedValue::epoch_tag));
    bytes += record_bytes(scalars_.of_validation(epoch, &LoggedValue::batch_tag));
    if (update_freq.steps > 0 && steps_per_epoch_ > 0) {
      const int64_t reported = report_interval(*spec_, steps_per_epoch_);
      const int64_t apart = divide_up(update_freq.steps, reported) * reported;
      bytes += divide_up(steps_per_epoch_, apart) * record_bytes(scalars_.of_step(step));
    }
    return checked_add(once_bytes(program), checked_multiply(spec_->train.epochs, bytes));
  }

  Table state() override {
    try {
      log_.flush();
    } catch (const UserError& error) {
      give_up(error);
    }
    Table state = log_.state();
    state.set("begun", begun_);
    state.set("last_recorded_step", last_recorded_step_);
    state.set("gradient_norms", gradient_norms_);
    state.set("steps_seen", steps_seen_);
    Table best;
    for (const LoggedValue& value : scalars_.values()) {
      if (value.best) best.set(value.name, *value.best);
    }
    state.set("best", std::move(best));
    return state;
  }

  void restore(const Table& state) override {
    log_.restore(state);
    begun_ = *state.at("begun").boolean();
    last_recorded_step_ = *state.at("last_recorded_step").integer();
    if (state.contains("steps_seen")) {  // an older checkpoint lacks them
      gradient_norms_ = number_at(state, "gradient_norms");
      steps_seen_ = count_at(state, "steps_seen");
    }
    scalars_ = ScalarTags(observer_);
    for (const Table::Entry& entry : state.at("best").table()->entries()) {
      if (const double* value = entry.value.real()) scalars_.value(entry.key).best = *value;
      else if (const int64_t* whole = entry.value.integer())
        scalars_.value(entry.key).best = static_cast<double>(*whole);
    }
  }

  // A log that cannot be written is no reason to lose a run.
  void on(const Event& event, Wishes& wishes) override {
    if (!trouble_.empty()) wishes.notices.push_back(std::exchange(trouble_, {}));
    if (broken_ || !enabled) return;
    try {
      if (std::holds_alternative<RunStarted>(event)) begin();
      else if (const auto* step = std::get_if<StepDone>(&event)) record(*step);
      else if (const auto* epoch = std::get_if<EpochDone>(&event)) record(*epoch);
      else if (const auto* hint = std::get_if<Hint>(&event)) record(*hint);
      else if (const auto* done = std::get_if<RunDone>(&event)) end(*done);
    } catch (const UserError& error) {
      give_up(error);
      wishes.notices.push_back(std::exchange(trouble_, {}));
    }
  }

 private:
  void give_up(const UserError& error) {
    broken_ = true;
    trouble_ = std::string("warning: TensorBoard gets nothing more of this run: ") + error.what();
  }

  void begin() {
    if (begun_) return;
    begun_ = true;
    const formats::Hparams hparams = hparams_of(*spec_);
    log_.add("", 0,
             {formats::hparams_session_start(hparams_group(hparams), wall_time(), hparams),
              formats::custom_scalars_summary(chart_layout(values_))});
    log_.add("train", 0, {formats::text_summary("recipe", recipe_markdown(recipe_text_))});
    if (observer_ == nullptr) return;
    log_.add("train", 0, {formats::text_summary("model", model_markdown(observer_->program()))});
    if (write_images) log_.add("train", 0, batch_images(*observer_, first_batch(*observer_)));
    if (!write_graph) return;
    log_.add("train", 0, {formats::keras_model_summary(keras_model_json(observer_->program()))});
    log_.add_graph("train", formats::graph_bytes(graph_nodes(observer_->graph())));
  }

  void record(const StepDone& done) {
    gradient_norms_ += done.gradient_norm;
    ++steps_seen_;
    if (update_freq.steps == 0 || done.step - last_recorded_step_ < update_freq.steps) return;
    last_recorded_step_ = done.step;
    log_.add_scalars("train", done.step, scalars_.of_step(done));
    flush_sometimes();
  }

  void record(const EpochDone& done) {
    const int64_t epoch = done.epoch - 1;  // as Keras counts
    for (const auto& [name, value] : done.values) scalars_.value(name).note(value);
    std::optional<double> gradient_norm;
    if (steps_seen_ > 0) gradient_norm = gradient_norms_ / static_cast<double>(steps_seen_);
    gradient_norms_ = 0;
    steps_seen_ = 0;
    log_.add_scalars("train", epoch, scalars_.of_epoch(done, gradient_norm));
    record_validation(done, epoch, &LoggedValue::epoch_tag);
    record_validation(done, done.step, &LoggedValue::batch_tag);
    if (observer_ != nullptr) look(epoch, done.step);
    flush_sometimes();
  }

  void record(const Hint& hint) {
    log_.add("train", hint.epoch - 1, {formats::text_summary("hint/" + hint.code, hint.text())});
  }

  void look(int64_t epoch, int64_t step) {
    const auto due = [&](int64_t freq) { return freq > 0 && epoch % freq == 0; };
    const auto add = [&](const std::string& run, Summaries values) {
      if (!values.empty()) log_.add(run, epoch, std::move(values));
    };
    if (due(histogram_freq)) {
      const datasets::Batch batch = first_batch(*observer_);
      add("train", weight_histograms(*observer_));
      add("train", activation_histograms(*observer_, batch));
      add("train", gradient_histograms(*observer_, batch, step));
      if (write_images) add("train", weight_images(*observer_));
    }
    if (due(predictions_freq)) add("validation", prediction_summaries(*observer_));
    if (due(embeddings_freq)) write_projector(*observer_, join_path(log_.folder(), "train"));
  }

  void record_validation(const EpochDone& done, int64_t step, std::string LoggedValue::* tag) {
    if (const Scalars& scalars = scalars_.of_validation(done, tag); !scalars.empty())
      log_.add_scalars("validation", step, scalars);
  }

  // What an event file has before the first epoch.
  int64_t once_bytes(const models::Program& program) const {
    const auto texts = static_cast<int64_t>(recipe_text_.size() + models::canonical_toml(*spec_).size());
    if (!write_graph) return texts;
    models::Program copy = program;  // assembling may note states
    const graph::Graph graph = copy.predict(std::max<int64_t>(spec_->train.batch_size, 1));
    return texts +
           static_cast<int64_t>(keras_model_json(program).size() + formats::graph_bytes(graph_nodes(graph)).size());
  }

  void end(const RunDone& done) {
    std::vector<SummaryValue> values;
    for (const LoggedValue& value : scalars_.values()) {
      if (value.best) values.push_back(scalar_summary("best_" + value.name, *value.best));
    }
    for (const auto& [name, value] : done.test_values) values.push_back(scalar_summary("test_" + name, value));
    const bool good = done.status == RunStatus::complete || done.status == RunStatus::stopped;
    values.push_back(formats::hparams_session_end(
        good ? formats::SessionStatus::success : formats::SessionStatus::failure, wall_time()));
    log_.add("", done.epoch, std::move(values));
    log_.flush();
  }

  // What is recorded does not depend on the clock, but when others can see it does.
  void flush_sometimes() {
    constexpr double seconds_between_flushes = 1;
    if (now() - last_flush_ < seconds_between_flushes) return;
    log_.flush();
    last_flush_ = now();
  }

  const models::Spec* spec_ = nullptr;
  std::string recipe_text_;
  std::vector<std::string> values_;
  int64_t steps_per_epoch_ = 0;
  Observer* observer_ = nullptr;
  EventLog log_;
  bool begun_ = false;
  bool broken_ = false;
  std::string trouble_;  // to be said
  int64_t last_recorded_step_ = 0;
  double gradient_norms_ = 0;  // sum over the reported steps of the epoch
  int64_t steps_seen_ = 0;  // of the epoch, reported
  ScalarTags scalars_;
  double last_flush_ = now();
};

}  // namespace

void register_tensorboard(CallbackRegistry& registry) { registry.add<TensorBoard>(); }

}  // namespace training

}  // namespace dltrain
