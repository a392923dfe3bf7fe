// What people see of a run: a bar that moves on a terminal, plain lines elsewhere. On a terminal an epoch's line stays
// unless the next one is there at once (short epochs would only scroll past); ten of a run stay in any case.
#pragma once

#include <cstddef>
#include <string>

#include "training/callback.h"

namespace dltrain::app {

class Progress : public training::Callback {
 public:
  Progress();
  ~Progress() override;
  void on(const training::Event& event, training::Wishes& wishes) override;

 private:
  void step(const training::StepDone& done);
  void epoch(const training::EpochDone& done);
  // Makes room for the next line: takes the bar away, and the line of an epoch as well unless it is to stay.
  void clear_line(bool keep_epoch = true);

  bool terminal_;
  bool line_open_ = false;
  bool epoch_open_ = false;  // the open line is an epoch's
  double last_kept_ = 0;     // seconds; when an epoch's line began to stay
  int64_t epochs_ = 0;
  double last_plain_ = 0;  // seconds, for the occasional line when piped
};

// Of the terminal at standard error, in characters; SIZE_MAX where there is none.
size_t terminal_width();
// "1.23e-05", "0.1235", "12.35": four significant digits.
std::string short_number(double value);
std::string duration_text(double seconds);  // "3.2 s", "4 min 10 s", "2 h 3 min"

}  // namespace dltrain::app
