// Command: starts a program at the end of epochs and of the run: a message to a phone, a copy of the newest model. An
// argument list, no shell: what a recipe says is what is started. It sees the values in its environment.
#include <cctype>

#include "core/process.h"
#include "core/text.h"
#include "training/callback.h"
#include "training/interrupt.h"

namespace dltrain::training {

namespace {

using Variables = std::vector<std::pair<std::string, std::string>>;

// "val_loss" -> DLTRAIN_VAL_LOSS
std::string variable_name(const std::string& value) {
  std::string name = "DLTRAIN_";
  for (const char c : value)
    name += std::isalnum(static_cast<unsigned char>(c)) != 0
                ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
                : '_';
  return name;
}

void add_values(Variables& variables, const std::string& prefix, const Values& values) {
  for (const auto& [name, value] : values) variables.emplace_back(variable_name(prefix + name), number_text(value));
}

struct Command : Callback {
  static constexpr auto kind = "Command";
  std::vector<std::string> command;
  bool after_epochs = true;
  bool after_run = true;
  double timeout = 60;
  bool stop_on_failure = false;

  static void describe(auto& d) {
    d.doc(
        "Starts a program at the end of epochs and of the run, waits for it, and reports its exit code where it is not "
        "0. There is no "
        "shell. It finds what happened in its environment: DLTRAIN_EVENT (epoch or run), DLTRAIN_RUN (the folder), "
        "DLTRAIN_EPOCH, "
        "DLTRAIN_STEP, DLTRAIN_STATUS (of the run), and each value under its name: DLTRAIN_VAL_LOSS. What it prints "
        "goes to "
        "standard error. An epoch that is trained again after a crash starts it again.");
    d.param(&Command::command, "command", "the program and its arguments: [\"notify\", \"done\"]").required();
    d.param(&Command::after_epochs, "after_epochs", "start it at the end of each epoch");
    d.param(&Command::after_run, "after_run", "start it at the end of the run");
    d.param(&Command::timeout, "timeout", "seconds after which it is ended; training waits that long at most")
        .greater_than(0);
    d.param(&Command::stop_on_failure, "stop_on_failure", "end training where it fails at the end of an epoch");
  }
  void check(FieldReport& report) const {
    if (command.empty() || command.front().empty())
      report.error("command", "command needs a program", "write command = [\"notify\", \"done\"]");
    if (!after_epochs && !after_run)
      report.error("after_run", "it is never started", "leave one of after_epochs and after_run as it is");
  }

  void prepare(const CallbackContext& context) override {
    folder_ = context.folder;
    if (program_exists(command.front())) return;
    std::vector<std::string> words;
    for (const std::string& word : split(command.front(), ' ')) words.push_back(quote(word));
    throw UserError(ExitCode::recipe, "callback-setting", "callback \"Command\"",
                    "there is no program " + quote(command.front()),
                    words.size() > 1 ? "write each word by itself: command = [" + join(words, ", ") + "]"
                                     : "give its path, or install it where $PATH looks");
  }

  bool only_records() const override { return true; }

  void on(const Event& event, Wishes& wishes) override {
    if (const auto* epoch = std::get_if<EpochDone>(&event); epoch != nullptr && after_epochs) {
      Variables variables = about("epoch", epoch->epoch, epoch->step);
      add_values(variables, "", epoch->values);
      variables.emplace_back("DLTRAIN_LEARNING_RATE", number_text(epoch->learning_rate));
      start(std::move(variables), wishes);
    }
    if (const auto* run = std::get_if<RunDone>(&event); run != nullptr && after_run) {
      Variables variables = about("run", run->epoch, run->step);
      variables.emplace_back("DLTRAIN_STATUS", std::string(status_text(run->status)));
      variables.emplace_back("DLTRAIN_REASON", run->reason);
      add_values(variables, "test_", run->test_values);
      start(std::move(variables), wishes);
    }
  }

 private:
  Variables about(const char* event, int64_t epoch, int64_t step) const {
    return {{"DLTRAIN_EVENT", event},
            {"DLTRAIN_RUN", folder_},
            {"DLTRAIN_EPOCH", std::to_string(epoch)},
            {"DLTRAIN_STEP", std::to_string(step)}};
  }

  // A run that was interrupted still ends with its command: only a signal that comes meanwhile ends that too.
  void start(Variables variables, Wishes& wishes) const {
    const bool before = interrupted();
    const ProcessResult result =
        run_process({command, std::move(variables), timeout, [before] { return interrupted() && !before; }});
    if (result.succeeded()) return;
    wishes.notices.push_back("command " + quote(command.front()) + ": " + result.text());
    if (stop_on_failure) wishes.stop = "the command " + quote(command.front()) + " failed: " + result.text();
  }

  std::string folder_;
};

}  // namespace

void register_command(CallbackRegistry& registry) { registry.add<Command>(); }

}  // namespace dltrain::training
