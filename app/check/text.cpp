#include <algorithm>
#include <cstdio>

#include "app/check/report.h"
#include "app/progress.h"
#include "app/verdicts.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

constexpr size_t widest = 100;  // characters of a line
constexpr size_t indent = 9;    // behind the names of the lines

std::string bytes(int64_t count) { return bytes_text(static_cast<uint64_t>(count)); }

std::string line(std::string name, const std::string& text) {
  name.resize(indent, ' ');
  return name + wrapped(text, std::min(terminal_width(), widest) - indent, indent) + "\n";
}

std::string short_time(double seconds) {
  char text[32];
  const double milliseconds = seconds * 1e3;
  std::snprintf(text, sizeof text, "%.*f ms", milliseconds < 0.1 ? 3 : milliseconds < 10 ? 1 : 0, milliseconds);
  return seconds < 1 ? text : duration_text(seconds);
}

std::string parts_text(const DataSignature& data) {
  if (data.train_samples == 0) return {};
  std::string text = counted(data.train_samples, "sample") + " for training";
  if (data.validation_samples > 0) text += ", " + count_text(data.validation_samples) + " for validation";
  if (data.test_samples > 0) text += ", " + count_text(data.test_samples) + " for testing";
  return text;
}

// "3 classes", "targets [1]"; with its name where there are several.
std::string target_text(const DataField& target, bool several) {
  std::string text = "targets " + target.shape.text();
  if (target.classes) text = *target.classes == 1 ? "1 class" : count_text(*target.classes) + " classes";
  else if (target.dtype != DType::f32) text = "classes";
  return several ? target.name + ": " + text : text;
}

std::string data_line(const datasets::DataLook& look) {
  const DataSignature& signature = look.signature;
  std::string text = parts_text(signature);
  for (const DataField& target : signature.targets)
    text += (text.empty() ? "" : ", ") + target_text(target, signature.targets.size() > 1);
  if (!look.unknown.empty()) text += "; only the values tell " + join(look.unknown, " and ");
  return text;
}

std::string memory_line(const StaticPart& part) {
  std::string text = memory_text(part.memory);
  if (part.memory_usable > 0) text += ", of " + bytes(part.memory_usable) + " on " + part.memory_of;
  if (part.memory_available >= 0) text += ", " + bytes(part.memory_available) + " free now";
  return text;
}

std::string disk_line(const StaticPart& part) {
  std::string text = "a checkpoint takes " + bytes(part.checkpoint_bytes) + ", " + std::to_string(part.checkpoints) +
                     " lie there at a time";
  if (part.log_bytes >= 0) text += ", logs take about " + bytes(part.log_bytes) + " in the end";
  return text;
}

}  // namespace

std::string static_text(const CheckReport& report) {
  const StaticPart& part = *report.at_once;
  std::string text = report.spec.name + "  (" + report.recipe + ")\n";
  text += line("data", data_line(part.data));
  for (const std::string& note : part.data.notes) text += line("", "note: " + note);
  text += "model\n" + part.table;
  if (part.arithmetic.forward > 0) {
    text += line("work", millions_text(part.arithmetic.forward) + " MFLOP for a sample forward, " +
                             millions_text(part.arithmetic.step) + " MFLOP for a training step of " +
                             counted(part.batch * report.spec.train.gradient_accumulation, "sample"));
  }
  text += line("memory", memory_line(part));
  if (!part.recompute.empty()) text += line("again", part.recompute);
  if (part.batch_choice) text += line("batch", part.batch_choice->text());
  text += line("disk", disk_line(part));
  text += line("device", part.device);
  return text;
}

std::string dry_text(const CheckReport& report) {
  const DryPart& part = *report.dry;
  const models::TrainSpec& train = report.spec.train;
  std::string text = "data as read\n" + wrapped(part.data, std::min(terminal_width(), widest), 14);
  text += line("try", counted(part.steps, "step") + ", " + short_time(part.step_seconds) + " each, the first " +
                          short_time(part.first_seconds) + ", reading a batch " + short_time(part.reading_seconds) +
                          ", loss " + short_number(part.loss));
  text += line("time", "about " + short_time(part.epoch_seconds) + " an epoch, " + short_time(part.run_seconds) +
                           " for " + counted(train.epochs, "epoch"));
  for (const training::Verdict& verdict : part.verdicts) text += verdict_line(verdict) + "\n";
  return text;
}

std::string verdict_text(const CheckReport& report) {
  const auto is_warning = [](const Diagnostic& message) { return message.severity == Severity::warning; };
  const int64_t warnings = std::count_if(report.messages.begin(), report.messages.end(), is_warning);
  const std::string ready = report.code == ExitCode::not_met ? "a bound of [[expect]] is missed already"
                            : report.dry                     ? "ready to train"
                                         : "nothing wrong so far; samples were not checked (--static)";
  return line("verdict", ready + (warnings > 0 ? ", with " + counted(warnings, "warning") : ""));
}

}  // namespace dltrain::app
