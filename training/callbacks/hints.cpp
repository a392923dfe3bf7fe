// Hints: what looks wrong with the learning, after epoch one and at the end, each with what to do about it
// (training/hints). Looks at the run from outside: no bit of the training depends on it.
#include <algorithm>

#include "core/files.h"
#include "formats/json/json.h"
#include "training/callback.h"
#include "training/hints/curve.h"
#include "training/hints/look.h"
#include "training/hints/movement.h"
#include "training/hints/rule.h"
#include "training/log_file.h"
#include "training/observer.h"
#include "training/state_table.h"

namespace dltrain::training {

namespace {

struct Hints : Callback {
  static constexpr auto kind = "Hints";

  static void describe(auto& d) {
    d.doc(
        "Says what looks wrong with the learning, after epoch one and at the end, and what to do about it; writes it to "
        "hints.jsonl in the folder of the run. Always on; hints = false in [run] switches it off. The hints: docs/hints.");
  }

  void prepare(const CallbackContext& context) override {
    spec_ = &context.spec;
    observer_ = context.spec.run.hints ? context.observer : nullptr;
    if (observer_ != nullptr) looker_.emplace(*observer_);
    steps_per_epoch_ = context.steps_per_epoch;
    path_ = join_path(context.folder, "hints.jsonl");
  }

  void open() override {
    if (observer_ == nullptr) return;
    looker_->prepare();
    if (length_ > 0 || exists(path_)) file_ = LogFile(path_, length_);
  }
  std::vector<std::string> files() const override {
    return file_ ? std::vector{file_->path()} : std::vector<std::string>{};
  }

  Table state() override {
    Table state;
    state.set("length", static_cast<int64_t>(file_ ? file_->length() : 0));
    state.set("curve", hints::table_of(curve_));
    if (movement_.ratio) state.set("movement", *movement_.ratio);
    List said;
    for (const std::string& code : said_) said.emplace_back(code);
    state.set("said", std::move(said));
    return state;
  }
  void restore(const Table& state) override {
    length_ = static_cast<uint64_t>(count_at(state, "length"));
    curve_ = hints::curve_from(*state.at("curve").table());
    movement_ = {};
    if (state.contains("movement")) movement_.ratio = number_at(state, "movement");
    said_.clear();
    for (const Setting& code : *state.at("said").list()) said_.push_back(*code.text());
  }

  void on(const Event& event, Wishes& wishes) override {
    if (observer_ == nullptr) return;
    if (const auto* stepped = std::get_if<Stepped>(&event)) follow(stepped->step);
    else if (const auto* started = std::get_if<RunStarted>(&event)) follow(started->step);
    else if (const auto* step = std::get_if<StepDone>(&event)) hints::note(curve_, *step);
    else if (const auto* epoch = std::get_if<EpochDone>(&event)) {
      hints::note(curve_, *epoch);
      if (epoch->epoch == 1) say(hints::Moment::first_epoch, wishes);
    } else if (std::holds_alternative<TrainingDone>(event)) {
      say(hints::Moment::end, wishes);
    }
  }

 private:
  // `step` optimizer steps are done. A run that goes on finds the weights as they were between these two steps.
  void follow(int64_t step) {
    if (step == 1 && !curve_.first_loss) curve_.first_loss = observer_->loss();
    if (step == steps_per_epoch_ - 1) before_ = hints::kernels(*observer_);
    if (step != steps_per_epoch_ || before_.empty()) return;
    movement_ = hints::movement(before_, hints::kernels(*observer_));
    before_.clear();
  }

  // In a run of one epoch the end says only what epoch one did not.
  void say(hints::Moment moment, Wishes& wishes) {
    const hints::Look look = looker_->look(curve_);
    const std::vector<std::string> before = said_;
    for (hints::Judged& judged : hints::judge({moment, *spec_, observer_->data(), curve_, movement_, look})) {
      const bool known = std::find(before.begin(), before.end(), judged.code) != before.end();
      if (moment == hints::Moment::end && curve_.epochs <= 1 && known) continue;
      if (!known) said_.push_back(judged.code);
      hints::Finding& found = judged.finding;
      wishes.hints.push_back({std::move(judged.code), std::move(found.who), std::move(found.what),
                              std::move(found.help), curve_.epochs, curve_.steps, found.warned});
      write(wishes.hints.back());
    }
  }

  void write(const Hint& hint) {
    Table line;
    line.set("epoch", hint.epoch);
    line.set("step", hint.step);
    line.set("code", hint.code);
    line.set("who", hint.who);
    line.set("what", hint.what);
    line.set("help", hint.help);
    if (!file_) file_ = LogFile(path_, 0);
    file_->write(formats::json_text(Setting(std::move(line))) + "\n");
  }

  const models::Spec* spec_ = nullptr;
  Observer* observer_ = nullptr;  // null: no hints
  std::optional<hints::Looker> looker_;
  int64_t steps_per_epoch_ = 0;
  std::string path_;
  std::optional<LogFile> file_;  // made with the first hint
  uint64_t length_ = 0;
  hints::Curve curve_;
  hints::Movement movement_;
  NamedArrays before_;  // the kernels before the last step of epoch one
  std::vector<std::string> said_;
};

}  // namespace

void register_hints(CallbackRegistry& registry) { registry.add<Hints>(); }

}  // namespace dltrain::training
