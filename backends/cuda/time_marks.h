// Marks in the work of a GPU, and the time between them by its own clock (about half a microsecond fine).
#pragma once

#include <vector>

#include "backends/cuda/queue.h"

namespace dltrain::backends::cuda {

class TimeMarks {
 public:
  TimeMarks(Queue& queue, size_t most);
  ~TimeMarks();
  TimeMarks(const TimeMarks&) = delete;
  TimeMarks& operator=(const TimeMarks&) = delete;

  // Behind all that was enqueued so far; at most so often as was said.
  void set();
  // From each mark to the next. Waits.
  std::vector<double> seconds_between();

 private:
  Queue& queue_;
  std::vector<CUevent> events_;
  size_t set_ = 0;
};

}  // namespace dltrain::backends::cuda
