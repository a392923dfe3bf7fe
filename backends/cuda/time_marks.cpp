#include "backends/cuda/time_marks.h"

namespace dltrain::backends::cuda {

// Made before anything is timed: what the host does between two marks, a GPU that has nothing else to do waits for.
TimeMarks::TimeMarks(Queue& queue, size_t most) : queue_(queue) {
  const Gpu& gpu = queue_.gpu();
  gpu.use();
  for (size_t i = 0; i < most; ++i) {
    CUevent event = nullptr;
    gpu.check(gpu.driver().event_create(&event, CU_EVENT_DEFAULT), "to make an event");
    events_.push_back(event);
  }
}

TimeMarks::~TimeMarks() {
  queue_.gpu().use_anyway();
  for (CUevent event : events_) queue_.gpu().driver().event_destroy(event);
}

void TimeMarks::set() {
  const Gpu& gpu = queue_.gpu();
  gpu.use();
  gpu.check(gpu.driver().event_record(events_.at(set_++), queue_.stream()), "to mark its work");
}

std::vector<double> TimeMarks::seconds_between() {
  queue_.wait();
  const Gpu& gpu = queue_.gpu();
  std::vector<double> seconds;
  for (size_t i = 1; i < set_; ++i) {
    float milliseconds = 0;
    gpu.check(gpu.driver().event_elapsed(&milliseconds, events_[i - 1], events_[i]), "to time its work");
    seconds.push_back(milliseconds / 1e3);
  }
  return seconds;
}

}  // namespace dltrain::backends::cuda
