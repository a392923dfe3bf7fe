#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "core/checked.h"
#include "core/diagnostic.h"
#include "datasets/batch_stream.h"
#include "datasets/input_stream.h"

namespace dltrain::datasets {

namespace {

struct Prepared {
  Batch batch;
  std::vector<std::string> names;
};

// What consumer and thread share. The thread owns it too: where it waits for a pipe, it is left behind.
struct Shared {
  std::unique_ptr<InputStream> inputs;  // of the thread alone
  int64_t count = 0;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Prepared> ready;
  std::vector<Prepared> spare;  // memory to fill again
  std::exception_ptr failure;
  bool closing = false;
  bool ended = false;
};

// False where the samples end or the consumer leaves.
bool produce_one(Shared& shared) {
  Prepared prepared;
  {
    std::unique_lock lock(shared.mutex);
    shared.changed.wait(lock, [&] { return shared.closing || shared.ready.size() < to_size(batches_ahead); });
    if (shared.closing) return false;
    if (!shared.spare.empty()) {
      prepared = std::move(shared.spare.back());
      shared.spare.pop_back();
    }
  }
  if (!shared.inputs->next(shared.count, prepared.batch)) return false;
  prepared.names = shared.inputs->names();
  const std::lock_guard lock(shared.mutex);
  shared.ready.push_back(std::move(prepared));
  shared.changed.notify_all();
  return true;
}

// The thread: fills the queue until the samples end, the consumer leaves, or something goes wrong.
void produce(const std::shared_ptr<Shared>& shared) noexcept {
  std::exception_ptr failure;
  try {
    while (produce_one(*shared)) {}
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard lock(shared->mutex);
  shared->failure = failure;
  shared->ended = true;
  shared->changed.notify_all();
}

class ReadAhead : public InputStream {
 public:
  ReadAhead(std::unique_ptr<InputStream> inputs, int64_t count, bool (*stop)()) : stop_(stop) {
    shared_->inputs = std::move(inputs);
    shared_->count = count;
    thread_ = std::thread([shared = shared_] { produce(shared); });
  }

  ~ReadAhead() override {
    bool ended = false;
    {
      std::unique_lock lock(shared_->mutex);
      shared_->closing = true;
      shared_->changed.notify_all();
      ended = shared_->changed.wait_for(lock, patience, [&] { return shared_->ended; });
    }
    if (ended) thread_.join();
    else thread_.detach();
  }

  bool next(int64_t count, Batch& batch) override {
    if (count != shared_->count) throw Bug("batches of another size than was read ahead");
    std::unique_lock lock(shared_->mutex);
    const auto due = [&] { return !shared_->ready.empty() || shared_->ended; };
    while (!shared_->changed.wait_for(lock, patience, due)) {
      if (stop_()) return false;
    }
    if (shared_->ready.empty()) {
      if (shared_->failure != nullptr) std::rethrow_exception(shared_->failure);
      return false;
    }
    Prepared& first = shared_->ready.front();
    std::swap(batch, first.batch);
    std::swap(names_, first.names);
    shared_->spare.push_back(std::move(first));
    shared_->ready.pop_front();
    shared_->changed.notify_all();
    return true;
  }

  Diagnostics warnings() const override {
    const std::lock_guard lock(shared_->mutex);
    return shared_->ended ? shared_->inputs->warnings() : Diagnostics();
  }

 private:
  static constexpr auto patience = std::chrono::milliseconds(50);
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  bool (*stop_)();
  std::thread thread_;
};

}  // namespace

std::unique_ptr<InputStream> read_ahead(std::unique_ptr<InputStream> inputs, int64_t count, bool (*stop)()) {
  return std::make_unique<ReadAhead>(std::move(inputs), count, stop);
}

}  // namespace dltrain::datasets
