#include "app/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "core/text.h"

namespace dltrain::app {

using training::EpochDone;
using training::StepDone;
using training::Values;

std::string short_number(double value) {
  if (!std::isfinite(value)) return number_text(value);
  char text[32];
  const double size = std::fabs(value);
  if (value == 0) return "0";
  if (size < 1e-3 || size >= 1e6) std::snprintf(text, sizeof text, "%.3e", value);
  else if (size < 10) std::snprintf(text, sizeof text, "%.4f", value);
  else std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

std::string duration_text(double seconds) {
  char text[48];
  if (seconds < 10) std::snprintf(text, sizeof text, "%.1f s", seconds);
  else if (seconds < 60) std::snprintf(text, sizeof text, "%.0f s", seconds);
  else if (seconds < 3600)
    std::snprintf(text, sizeof text, "%d min %d s", static_cast<int>(seconds) / 60, static_cast<int>(seconds) % 60);
  else
    std::snprintf(text, sizeof text, "%d h %d min", static_cast<int>(seconds / 3600),
                  static_cast<int>(seconds) % 3600 / 60);
  return text;
}

size_t terminal_width() {
  winsize size{};
  if (::isatty(STDERR_FILENO) == 0) return SIZE_MAX;
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::string values_text(const Values& values) {
  std::string text;
  for (const auto& [name, value] : values) text += "  " + name + " " + short_number(value);
  return text;
}

std::string rate_text(double samples_per_second) {
  char text[32];
  if (samples_per_second >= 1e4) std::snprintf(text, sizeof text, "%.0fk samples/s", samples_per_second / 1000);
  else std::snprintf(text, sizeof text, "%.0f samples/s", samples_per_second);
  return text;
}

std::string bar(double share, size_t width) {
  const auto full = static_cast<size_t>(share * static_cast<double>(width));
  std::string text = "[";
  for (size_t i = 0; i < width; ++i) text += i < full ? '=' : i == full ? '>' : ' ';
  return text + "]";
}

constexpr double seconds_between_plain_lines = 10;
constexpr double seconds_between_epochs = 0.1;  // more do not scroll past on a terminal

// The line with as many of the extras as fit, the first ones first.
std::string with_what_fits(std::string line, const std::vector<std::string>& extras) {
  const size_t width = terminal_width();
  for (const std::string& extra : extras) {
    if (line.size() + extra.size() + 2 < width) line += "  " + extra;
  }
  return line;
}

}  // namespace

Progress::Progress() : terminal_(::isatty(STDERR_FILENO) != 0), last_plain_(now()) {}

// An error ends the run without a word.
Progress::~Progress() { clear_line(); }

void Progress::clear_line(bool keep_epoch) {
  if (line_open_) std::fputs(epoch_open_ && keep_epoch ? "\n" : "\r\033[K", stderr);
  line_open_ = epoch_open_ = false;
}

void Progress::step(const StepDone& done) {
  const std::string head = "epoch " + std::to_string(done.epoch) + "/" + std::to_string(epochs_);
  const std::string values = values_text(done.values);
  const std::vector<std::string> extras = {duration_text(done.seconds_left) + " left",
                                           rate_text(done.samples_per_second)};
  if (!terminal_) {
    if (now() - last_plain_ < seconds_between_plain_lines) return;
    last_plain_ = now();
    const std::string line = with_what_fits(
        head + " step " + std::to_string(done.step_in_epoch) + "/" + std::to_string(done.steps_per_epoch) + values,
        extras);
    std::fprintf(stderr, "%s\n", line.c_str());
    return;
  }
  const size_t width = terminal_width();
  const size_t bar_width = width >= 100 ? 20 : 10;
  std::string line =
      head + " " + bar(static_cast<double>(done.step_in_epoch) / static_cast<double>(done.steps_per_epoch), bar_width) +
      values;
  line = with_what_fits(std::move(line), extras);
  if (line.size() >= width) line.resize(width - 1);
  const bool keep_epoch = now() - last_kept_ >= seconds_between_epochs;
  if (epoch_open_ && keep_epoch) last_kept_ = now();
  clear_line(keep_epoch);
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
  line_open_ = true;
}

void Progress::epoch(const EpochDone& done) {
  clear_line(false);
  last_plain_ = now();
  std::string line =
      "epoch " + std::to_string(done.epoch) + "/" + std::to_string(done.epochs) + values_text(done.values);
  line = with_what_fits(std::move(line), {duration_text(done.seconds), rate_text(done.samples_per_second)});
  std::fputs(line.c_str(), stderr);
  const bool next_tenth = 10 * done.epoch / done.epochs != 10 * (done.epoch - 1) / done.epochs;
  const bool stays = !terminal_ || done.epoch == 1 || next_tenth ||
                     last_plain_ - last_kept_ >= seconds_between_epochs || line.size() >= terminal_width();
  if (stays) {
    std::fputs("\n", stderr);
    last_kept_ = last_plain_;
  } else {
    line_open_ = epoch_open_ = true;
  }
}

void Progress::on(const training::Event& event, training::Wishes&) {
  if (const auto* started = std::get_if<training::RunStarted>(&event)) epochs_ = started->epochs;
  if (const auto* done = std::get_if<StepDone>(&event)) step(*done);
  if (const auto* done = std::get_if<EpochDone>(&event)) epoch(*done);
  if (std::holds_alternative<training::RunDone>(event)) clear_line();
  if (const auto* notice = std::get_if<training::Notice>(&event)) {
    clear_line();
    std::fprintf(stderr, "%s\n", notice->text.c_str());
  }
  const auto* hint = std::get_if<training::Hint>(&event);
  if (hint != nullptr && !hint->warned) {
    clear_line();
    std::fprintf(stderr, "%s\n", hint->text().c_str());
  }
}

}  // namespace dltrain::app
