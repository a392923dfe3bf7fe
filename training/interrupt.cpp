#include "training/interrupt.h"

#include <unistd.h>
#include <csignal>
#include <initializer_list>

namespace dltrain::training {

namespace {

volatile std::sig_atomic_t first_signal = 0;

void on_signal(int signal) {
  if (first_signal != 0) _exit(128 + signal);
  first_signal = signal;
}

}  // namespace

void watch_signals() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void end_with_reader() { std::signal(SIGPIPE, SIG_DFL); }

bool interrupted() { return first_signal != 0; }

ExitCode signal_exit_code() {
  if (first_signal == 0) return ExitCode::ok;
  return first_signal == SIGINT ? ExitCode::interrupted : ExitCode::terminated;
}

}  // namespace dltrain::training
