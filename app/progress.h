// What people see of a run: a bar that moves on a terminal, plain lines elsewhere.
#pragma once

#include <cstddef>
#include <string>

#include "training/callback.h"

namespace dltrain::app {

class Progress : public training::Callback {
 public:
  Progress();
  void on(const training::Event& event, training::Wishes& wishes) override;

 private:
  void step(const training::StepDone& done);
  void epoch(const training::EpochDone& done);
  void clear_line();

  bool terminal_;
  bool line_open_ = false;
  int64_t epochs_ = 0;
  double last_plain_ = 0;  // seconds, for the occasional line when piped
};

// Of the terminal at standard error, in characters; SIZE_MAX where there is none.
size_t terminal_width();
// "1.23e-05", "0.1235", "12.35": four significant digits.
std::string short_number(double value);
std::string duration_text(double seconds);  // "3.2 s", "4 min 10 s", "2 h 3 min"

}  // namespace dltrain::app
