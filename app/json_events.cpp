#include "app/json_events.h"

#include <cstdio>

#include "core/setting.h"
#include "formats/json/json.h"

namespace dltrain::app {

using namespace training;  // NOLINT: the event types

namespace {

void add_values(Table& line, const Values& values) {
  Table table;
  for (const auto& [name, value] : values) table.set(name, value);
  line.set("values", std::move(table));
}

struct ToTable {
  Table operator()(const RunStarted& e) const {
    Table line;
    line.set("event", "run_started");
    line.set("version", 1);
    line.set("folder", e.folder);
    line.set("epochs", e.epochs);
    line.set("steps_per_epoch", e.steps_per_epoch);
    line.set("batch_size", e.batch_size);
    line.set("train_samples", e.train_samples);
    line.set("validation_samples", e.validation_samples);
    line.set("test_samples", e.test_samples);
    return line;
  }
  Table operator()(const EpochStarted& e) const {
    Table line;
    line.set("event", "epoch_started");
    line.set("epoch", e.epoch);
    return line;
  }
  Table operator()(const StepDone& e) const {
    Table line;
    line.set("event", "step");
    line.set("step", e.step);
    line.set("epoch", e.epoch);
    line.set("step_in_epoch", e.step_in_epoch);
    line.set("loss", e.loss);
    line.set("gradient_norm", e.gradient_norm);
    line.set("learning_rate", e.learning_rate);
    line.set("samples_per_second", e.samples_per_second);
    add_values(line, e.values);
    return line;
  }
  Table operator()(const Stepped&) const { return {}; }       // only those with numbers are shown
  Table operator()(const TrainingDone&) const { return {}; }  // run_done follows
  Table operator()(const ValidationStarted& e) const {
    Table line;
    line.set("event", "validation_started");
    line.set("epoch", e.epoch);
    line.set("batches", e.batches);
    return line;
  }
  Table operator()(const EpochDone& e) const {
    Table line;
    line.set("event", "epoch");
    line.set("epoch", e.epoch);
    line.set("step", e.step);
    line.set("learning_rate", e.learning_rate);
    line.set("seconds", e.seconds);
    line.set("samples_per_second", e.samples_per_second);
    add_values(line, e.values);
    return line;
  }
  Table operator()(const RunDone& e) const {
    Table line;
    line.set("event", "run_done");
    line.set("status", std::string(status_text(e.status)));
    if (!e.reason.empty()) line.set("reason", e.reason);
    line.set("epoch", e.epoch);
    line.set("step", e.step);
    line.set("seconds", e.seconds);
    line.set("model", e.model_folder);
    add_values(line, e.test_values);
    return line;
  }
  Table operator()(const Hint& e) const {
    Table line;
    line.set("event", "hint");
    line.set("code", e.code);
    line.set("epoch", e.epoch);
    line.set("step", e.step);
    line.set("who", e.who);
    line.set("what", e.what);
    line.set("help", e.help);
    return line;
  }
  Table operator()(const Notice& e) const {
    Table line;
    line.set("event", "notice");
    line.set("text", e.text);
    return line;
  }
};

}  // namespace

void print_line(const Table& table) {
  const std::string line = formats::json_text(Setting(table)) + "\n";
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
}

void JsonEvents::on(const Event& event, Wishes&) {
  if (std::holds_alternative<Stepped>(event) || std::holds_alternative<TrainingDone>(event)) return;
  print_line(std::visit(ToTable{}, event));
}

}  // namespace dltrain::app
