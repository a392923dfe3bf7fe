// History: history.csv and history.jsonl in the folder of the run, one line for each epoch.
#include <algorithm>

#include "core/checked.h"
#include "core/files.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "training/callback.h"
#include "training/log_file.h"
#include "training/state_table.h"

namespace dltrain::training {

namespace {

struct History : Callback {
  static constexpr auto kind = "History";

  static void describe(auto& d) {
    d.doc(
        "Writes history.csv and history.jsonl in the folder of the run, one line for each epoch, at once. Always on.");
  }

  void prepare(const CallbackContext& context) override {
    epochs_ = context.spec.train.epochs;
    folder_ = context.folder;
    columns_ = context.values;
  }

  void open() override {
    const std::string path = join_path(folder_, "history.csv");
    if (csv_length_ > 0 && exists(path)) columns_ = columns_in(path);
    csv_ = LogFile(path, csv_length_);
    lines_ = LogFile(join_path(folder_, "history.jsonl"), lines_length_);
  }

  Table state() override {
    Table state;
    state.set("csv_length", static_cast<int64_t>(csv_.length()));
    state.set("jsonl_length", static_cast<int64_t>(lines_.length()));
    return state;
  }
  void restore(const Table& state) override {
    csv_length_ = static_cast<uint64_t>(count_at(state, "csv_length"));
    lines_length_ = static_cast<uint64_t>(count_at(state, "jsonl_length"));
  }
  bool only_records() const override { return true; }
  std::vector<std::string> files() const override { return {csv_.path(), lines_.path()}; }

  // Epoch, step, learning rate, seconds and each value, as a number in one file and with its name in the other.
  int64_t log_bytes(const models::Program&) override {
    constexpr int64_t number = 20;  // characters
    int64_t epoch = 4 * 2 * number;
    for (const std::string& column : columns_) epoch += 2 * number + static_cast<int64_t>(column.size());
    return checked_multiply(epochs_, epoch);
  }

  void on(const Event& event, Wishes& wishes) override {
    const auto* epoch = std::get_if<EpochDone>(&event);
    if (epoch == nullptr) return;
    write(*epoch);
    for (LogFile* file : {&csv_, &lines_}) {
      if (std::string trouble = file->take_trouble(); !trouble.empty()) wishes.notices.push_back(std::move(trouble));
    }
  }

 private:
  // Those of a file that is gone on with: a run may have other values since.
  static std::vector<std::string> columns_in(const std::string& path) {
    const std::string text = read_text(path, ExitCode::io);
    std::vector<std::string> names = split(text.substr(0, text.find('\n')), ',');
    names.erase(names.begin(), names.begin() + std::min<std::ptrdiff_t>(std::ssize(names), 4));
    return names;
  }

  void write(const EpochDone& epoch) {
    std::string line;
    if (csv_.length() == 0) line = "epoch,step,learning_rate,seconds," + join(columns_, ",") + "\n";
    line += std::to_string(epoch.epoch) + "," + std::to_string(epoch.step) + "," + number_text(epoch.learning_rate) +
            "," + number_text(epoch.seconds);
    for (const std::string& column : columns_) {
      const double* value = find_value(epoch.values, column);
      line += "," + (value == nullptr ? std::string() : number_text(*value));
    }
    csv_.write(line + "\n");

    Table table;
    table.set("epoch", epoch.epoch);
    table.set("step", epoch.step);
    table.set("learning_rate", epoch.learning_rate);
    table.set("seconds", epoch.seconds);
    for (const auto& [name, value] : epoch.values) table.set(name, value);
    lines_.write(formats::json_text(Setting(std::move(table))) + "\n");
  }

  int64_t epochs_ = 0;
  std::string folder_;
  std::vector<std::string> columns_;  // of the CSV; epochs without validation leave some empty
  uint64_t csv_length_ = 0, lines_length_ = 0;
  LogFile csv_, lines_;
};

}  // namespace

void register_history(CallbackRegistry& registry) { registry.add<History>(); }

}  // namespace dltrain::training
