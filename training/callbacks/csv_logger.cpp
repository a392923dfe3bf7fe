// CSVLogger: the values of each epoch as a line of a CSV file, as Keras 3 writes it: epochs from 0, columns sorted by
// name, NA for what was not measured. history.csv of every run has more.
#include <algorithm>

#include "core/text.h"
#include "training/callback.h"
#include "training/log_file.h"
#include "training/state_table.h"

namespace dltrain::training {

namespace {

struct CSVLogger : Callback {
  static constexpr auto kind = "CSVLogger";
  std::string filename;
  std::string separator = ",";
  bool append = false;

  static void describe(auto& d) {
    d.doc(
        "Writes the values of each epoch into a CSV file, at once. Epochs count from 0 there, as in Keras; a value "
        "that an "
        "epoch lacks is NA.");
    d.param(&CSVLogger::filename, "filename", "the file; a relative path is in the folder of the run").required();
    d.param(&CSVLogger::separator, "separator", "what stands between two values");
    d.param(&CSVLogger::append, "append", "go on behind what is in the file, in the place of a new file");
  }
  void check(FieldReport& report) const {
    if (filename.empty() || filename.ends_with('/')) report.error("filename", "filename must name a file");
    if (separator.empty() || separator.find_first_of("\r\n") != std::string::npos) {
      report.error("separator", "separator must be a character (was " + quote(separator) + ")");
    }
  }

  void prepare(const CallbackContext& context) override {
    path_ = join_path(context.folder, filename);
    columns_ = context.values;
    std::sort(columns_.begin(), columns_.end());
  }

  void open() override {
    if (is_directory(path_))
      throw UserError(ExitCode::io, "is-a-folder", "callback \"CSVLogger\"", path_ + " is a folder", "name a file");
    create_directories(parent_path(path_));
    if (!length_) length_ = append && exists(path_) ? InputFile(path_, ExitCode::io).size() : 0;
    file_ = LogFile(path_, *length_);
  }

  Table state() override {
    Table state;
    state.set("length", static_cast<int64_t>(file_.length()));
    return state;
  }
  void restore(const Table& state) override { length_ = static_cast<uint64_t>(count_at(state, "length")); }
  bool only_records() const override { return true; }
  std::vector<std::string> files() const override { return {path_}; }

  void on(const Event& event, Wishes& wishes) override {
    const auto* done = std::get_if<EpochDone>(&event);
    if (done == nullptr) return;
    std::string line;
    if (file_.length() == 0) {
      line = "epoch";
      for (const std::string& column : columns_) line += separator + column;
      line += "\n";
    }
    line += std::to_string(done->epoch - 1);
    for (const std::string& column : columns_) {
      const double* value = find_value(done->values, column);
      line += separator + (value == nullptr ? "NA" : number_text(*value));
    }
    file_.write(line + "\n");
    if (std::string trouble = file_.take_trouble(); !trouble.empty()) wishes.notices.push_back(std::move(trouble));
  }

 private:
  std::string path_;
  std::vector<std::string> columns_;
  std::optional<uint64_t> length_;  // at which to go on
  LogFile file_;
};

}  // namespace

void register_csv_logger(CallbackRegistry& registry) { registry.add<CSVLogger>(); }

}  // namespace dltrain::training
