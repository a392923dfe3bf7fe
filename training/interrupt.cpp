#include "training/interrupt.h"

#include <unistd.h>
#include <csignal>
#include <initializer_list>
#include <string_view>

namespace dltrain::training {

namespace {

volatile std::sig_atomic_t first_signal = 0;
volatile std::sig_atomic_t at_once = 0;

void on_signal(int signal) {
  if (first_signal != 0 || at_once != 0) {
    if (at_once != 0) {
      constexpr std::string_view text = "stopped by a signal before training\n";
      [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    }
    _exit(static_cast<int>(signal == SIGINT ? ExitCode::interrupted : ExitCode::terminated));
  }
  first_signal = signal;
}

}  // namespace

void watch_signals() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of write
}

void end_at_once() { at_once = 1; }

void end_cleanly() { at_once = 0; }

void end_with_reader() { std::signal(SIGPIPE, SIG_DFL); }

bool interrupted() { return first_signal != 0; }

ExitCode signal_exit_code() {
  if (first_signal == 0) return ExitCode::ok;
  return first_signal == SIGINT ? ExitCode::interrupted : ExitCode::terminated;
}

}  // namespace dltrain::training
