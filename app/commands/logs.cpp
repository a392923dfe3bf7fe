// dltrain logs: what the event files of runs say, in a terminal. Nothing but these files is read.
#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "app/command_line/command.h"
#include "app/logs/chart.h"
#include "app/progress.h"
#include "app/summary.h"
#include "core/diagnostic.h"
#include "core/files.h"
#include "core/setting.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "formats/tfevents/log_folder.h"
#include "training/interrupt.h"

namespace dltrain::app {

using formats::LogFolder;
using formats::LogSeries;
using formats::ScalarPoint;

namespace {

struct LogsOptions {
  std::vector<std::string> runs;  // folders
  std::vector<std::string> tags;  // with * and ? as in file names; empty: values of epochs
  bool list = false;
  int64_t tail = 0;
  bool follow = false;
  std::string output;  // .csv or .json
  bool logarithmic = false;
  int64_t width = 0;  // 0: of the terminal, at most 80
  int64_t height = 14;
};

// A series and what to call its run.
struct Shown {
  std::string run;
  const LogSeries* series;
};

bool matches(const std::string& pattern, const std::string& tag) {
  return ::fnmatch(pattern.c_str(), tag.c_str(), 0) == 0;
}

// What people look at first: values of epochs, without the clock.
bool is_main(const LogSeries& series) {
  return series.tag.starts_with("epoch_") && series.tag != "epoch_learning_rate";
}

// Event files hold float32: the double that reads the same with the fewest digits.
double shortest(double value) { return parse_real(float_text(static_cast<float>(value))).value_or(value); }

class Logs {
 public:
  Logs(const LogsOptions& options, const CommonOptions& common) : options_(options), common_(common) {
    for (const std::string& run : options.runs) {
      folders_.push_back(std::make_unique<LogFolder>(run));
      folders_.back()->update();
      if (!folders_.back()->has_files()) {
        throw UserError(ExitCode::io, "no-logs", run, "there are no event files in it or below it",
                        "name the folder of a run, such as runs/digits/0001");
      }
    }
  }

  ExitCode run() {
    if (options_.list) list();
    else if (options_.tail > 0 || options_.follow) tail();
    else if (!options_.output.empty()) write_file();
    else if (common_.json) print_json(chosen(!options_.tags.empty()));
    else draw();
    for (size_t i = 0; i < folders_.size(); ++i) {
      const int64_t damaged = folders_[i]->damaged();
      if (damaged > 0)
        std::fprintf(stderr, "warning: %s: %s of event files could not be read: damaged\n", options_.runs[i].c_str(),
                     counted(damaged, "record").c_str());
    }
    return training::interrupted() ? training::signal_exit_code() : ExitCode::ok;
  }

 private:
  // "train" for one run, "runs/a train" where there are several.
  std::string name_of(size_t folder, const LogSeries& series) const {
    const std::string inner = series.run.starts_with("events/") ? series.run.substr(7)
                              : series.run == "events"          ? ""
                                                                : series.run;
    if (folders_.size() == 1) return inner.empty() ? "run" : inner;
    return options_.runs[folder] + (inner.empty() ? "" : " " + inner);
  }

  // Scalars: those asked for, or all, or (if `main_only`) those that people look at first.
  std::vector<Shown> chosen(bool all) const {
    std::vector<Shown> shown;
    for (size_t i = 0; i < folders_.size(); ++i) {
      for (const LogSeries* series : folders_[i]->series()) {
        const bool wanted = options_.tags.empty()
                                ? all || is_main(*series)
                                : std::any_of(options_.tags.begin(), options_.tags.end(),
                                              [&](const std::string& p) { return matches(p, series->tag); });
        if (wanted && !series->points.empty()) shown.push_back({name_of(i, *series), series});
      }
    }
    if (shown.empty() && !options_.tags.empty()) refuse_tags();
    return shown;
  }

  [[noreturn]] void refuse_tags() const {
    std::vector<std::string> known;
    for (const auto& folder : folders_) {
      for (const LogSeries* series : folder->series()) known.push_back(series->tag);
    }
    std::string help = "dltrain logs --list shows the tags";
    if (const auto near = nearest(options_.tags.front(), known)) help = "did you mean \"" + *near + "\"? " + help;
    throw UserError(ExitCode::recipe, "no-logs", "--tag " + options_.tags.front(), "there are no numbers of that tag",
                    help);
  }

  void list() const {
    std::vector<std::vector<std::string>> rows = {{"run", "tag", "kind", "values", "steps", "last"}};
    for (size_t i = 0; i < folders_.size(); ++i) {
      for (const LogSeries* series : folders_[i]->series()) {
        const std::string last = series->points.empty() ? "" : axis_number(series->points.back().value);
        if (common_.json) {
          Table line;
          line.set("run", name_of(i, *series));
          line.set("tag", series->tag);
          line.set("kind", series->plugin);
          line.set("values", series->count);
          line.set("first_step", series->first_step);
          line.set("last_step", series->last_step);
          if (!series->points.empty()) line.set("last", shortest(series->points.back().value));
          std::printf("%s\n", formats::json_text(Setting(std::move(line))).c_str());
        } else {
          rows.push_back({name_of(i, *series), series->tag, series->plugin, count_text(series->count),
                          std::to_string(series->first_step) + " to " + std::to_string(series->last_step), last});
        }
      }
    }
    if (!common_.json) std::printf("%s", table_text(rows).c_str());
  }

  static Table point_table(const Shown& shown, const ScalarPoint& point) {
    Table line;
    line.set("run", shown.run);
    line.set("tag", shown.series->tag);
    line.set("step", point.step);
    line.set("wall_time", point.wall_time);
    line.set("value", shortest(point.value));
    return line;
  }

  void print_json(const std::vector<Shown>& all) const {
    for (const Shown& shown : all) {
      for (const ScalarPoint& point : shown.series->points)
        std::printf("%s\n", formats::json_text(Setting(point_table(shown, point))).c_str());
    }
  }

  void print_point(const Shown& shown, const ScalarPoint& point) const {
    if (common_.json) std::printf("%s\n", formats::json_text(Setting(point_table(shown, point))).c_str());
    else
      std::printf("%s %s step %ld: %s\n", shown.run.c_str(), shown.series->tag.c_str(), static_cast<long>(point.step),
                  float_text(static_cast<float>(point.value)).c_str());
  }

  // The last values of each tag; then, with --follow, what comes, until somebody stops it.
  void tail() {
    std::map<const LogSeries*, size_t> printed;
    const size_t last = options_.tail > 0 ? static_cast<size_t>(options_.tail) : 1;
    for (const Shown& shown : chosen(false)) {
      const std::vector<ScalarPoint>& points = shown.series->points;
      for (size_t i = points.size() - std::min(points.size(), last); i < points.size(); ++i)
        print_point(shown, points[i]);
      printed[shown.series] = points.size();
    }
    std::fflush(stdout);
    while (options_.follow && !training::interrupted()) {
      for (const auto& folder : folders_) folder->update();
      for (const Shown& shown : chosen(false)) {
        const std::vector<ScalarPoint>& points = shown.series->points;
        for (size_t& i = printed[shown.series]; i < points.size(); ++i) print_point(shown, points[i]);
      }
      std::fflush(stdout);
      for (int i = 0; i < 10 && !training::interrupted(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  void write_file() const {
    const std::vector<Shown> all = chosen(true);
    std::string text;
    if (options_.output.ends_with(".json")) {
      List list;
      for (const Shown& shown : all) {
        for (const ScalarPoint& point : shown.series->points) list.emplace_back(point_table(shown, point));
      }
      text = formats::json_text(Setting(std::move(list)), 1) + "\n";
    } else if (options_.output.ends_with(".csv")) {
      text = "run,tag,step,wall_time,value\n";
      for (const Shown& shown : all) {
        for (const ScalarPoint& point : shown.series->points) {
          text += csv_cell(shown.run) + "," + csv_cell(shown.series->tag) + "," + std::to_string(point.step) + "," +
                  number_text(point.wall_time) + "," + float_text(static_cast<float>(point.value)) + "\n";
        }
      }
    } else {
      throw UserError(ExitCode::recipe, "output-format", "--output " + options_.output, "the name says no format",
                      "let it end in .csv or .json");
    }
    write_file_durably(options_.output, text);
  }

  static std::string csv_cell(const std::string& text) {
    if (text.find_first_of(",\"\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
  }

  // One chart for each tag, the runs together.
  void draw() const {
    std::vector<Shown> all = chosen(false);
    if (all.empty()) all = chosen(true);  // logs of other programs
    if (all.empty())
      throw UserError(ExitCode::recipe, "no-logs", "dltrain logs", "there are no numbers yet",
                      "dltrain logs --list shows what there is");
    ChartOptions chart;
    const bool terminal = ::isatty(STDOUT_FILENO) != 0;
    chart.width = options_.width > 0 ? static_cast<size_t>(options_.width) : std::min<size_t>(terminal_width(), 80);
    chart.height = static_cast<size_t>(options_.height);
    chart.logarithmic = options_.logarithmic;
    chart.colours = terminal && std::getenv("NO_COLOR") == nullptr;
    std::vector<std::string> tags;
    for (const Shown& shown : all) {
      if (std::find(tags.begin(), tags.end(), shown.series->tag) == tags.end()) tags.push_back(shown.series->tag);
    }
    for (size_t t = 0; t < tags.size(); ++t) {
      std::vector<Curve> curves;
      for (const Shown& shown : all) {
        if (shown.series->tag != tags[t]) continue;
        curves.push_back({shown.run, {}});
        for (const ScalarPoint& point : shown.series->points)
          curves.back().points.emplace_back(static_cast<double>(point.step), point.value);
      }
      chart.title = tags[t] + (chart.logarithmic ? " (logarithmic)" : "");
      std::printf("%s%s", t > 0 ? "\n" : "", chart_text(curves, chart).c_str());
    }
  }

  const LogsOptions& options_;
  const CommonOptions& common_;
  std::vector<std::unique_ptr<LogFolder>> folders_;
};

ExitCode logs(const LogsOptions& options, const CommonOptions& common) {
  if (options.follow) training::watch_signals();
  else training::end_with_reader();
  return Logs(options, common).run();
}

}  // namespace

void register_logs(CommandLine& line) {
  Command& command = line.add(Group::use, "logs", "curves and numbers of runs, from their event files");
  LogsOptions& options = command.values<LogsOptions>();
  command.argument("RUN", &options.runs, "folders of runs, or of event files").required();
  command.option("--tag", &options.tags, "NAME",
                 "draw or print these; with * and ? as in file names (default: the values of epochs)");
  command.flag("--list", options.list, "what there is");
  command.option("--tail", &options.tail, "N", "the last N values of each tag").at_least_one();
  command.flag("--follow", options.follow, "print values as they come, until interrupted");
  command.option("--output", &options.output, "FILE", "write the values to a file that ends in .csv or .json");
  command.flag("--log", options.logarithmic, "logarithmic y axis");
  command.option("--width", &options.width, "N", "characters of a chart (default: of the terminal, at most 80)")
      .range(40, 1000);
  command.option("--height", &options.height, "N", "lines of a plot").range(4, 200).show_default();
  command.examples = {"dltrain logs runs/digits/0001",
                      "dltrain logs runs/digits/0001 runs/digits/0002 --tag epoch_accuracy"};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return logs(options, common); };
}

}  // namespace dltrain::app
