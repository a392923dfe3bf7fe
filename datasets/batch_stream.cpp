#include "datasets/batch_stream.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <numeric>
#include <span>
#include <thread>

#include "core/checked.h"
#include "core/diagnostic.h"
#include "datasets/order.h"

namespace dltrain::datasets {

int64_t batch_count(int64_t samples, int64_t batch_size, bool drop_last) {
  return drop_last ? samples / batch_size : divide_up(samples, batch_size);
}

class BatchStream::Implementation {
 public:
  Implementation(const Dataset& dataset, const StreamOptions& options) : dataset_(dataset), options_(options) {
    if (options.batch_size < 1) throw Bug("a batch size below 1");
    const int64_t samples = dataset.size(options.part);
    batches_ = batch_count(samples - options.first_row, options.batch_size, options.drop_last);
    if (options.limit) batches_ = std::min(batches_, *options.limit);
    next_ = options.first_batch;
    if (options.shuffle) {
      order_ = epoch_order(samples, options.seed, options.epoch);
    } else {
      order_.resize(to_size(samples));
      std::iota(order_.begin(), order_.end(), int64_t{0});
    }
    ready_.reserve(to_size(options.prefetch) + 1);
    spare_.reserve(to_size(options.prefetch) + 2);
    if (options.prefetch == 0 || next_ >= batches_) return;
    if (!is_first_cheap() && next_ + 1 < batches_) thread_ = std::thread([this] { produce(); });
  }

  ~Implementation() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  int64_t batches() const { return batches_; }

  bool next(Batch& batch) {
    if (stopped() || next_ >= batches_) return false;
    if (!thread_.joinable() && ready_.empty()) {
      if (failure_ != nullptr) std::rethrow_exception(failure_);
      read(next_, batch);  // if it throws, the next call meets the same
      ++next_;
      return true;
    }
    return take(batch);
  }

 private:
  // Reads the first batch and measures it. What is read does not depend on the clock.
  bool is_first_cheap() {
    constexpr auto cheap = std::chrono::microseconds(30);  // about what waking a thread costs twice
    const auto begin = std::chrono::steady_clock::now();
    try {
      read(next_, ready_.emplace_back());
    } catch (...) {
      ready_.pop_back();
      failure_ = std::current_exception();
      return true;
    }
    return std::chrono::steady_clock::now() - begin < cheap;
  }

  bool take(Batch& batch) {
    std::unique_lock lock(mutex_);
    const auto due = [&] { return !ready_.empty() || failure_ != nullptr || ended_ || !thread_.joinable(); };
    while (!changed_.wait_for(lock, std::chrono::milliseconds(50), due)) {
      if (stopped()) return false;  // a signal does not wait for a slow disk
    }
    if (ready_.empty()) {
      if (failure_ != nullptr) std::rethrow_exception(failure_);
      return false;
    }
    std::swap(batch, ready_.front());
    spare_.push_back(std::move(ready_.front()));
    ready_.erase(ready_.begin());
    ++next_;
    // The thread is woken for several batches at once.
    const bool wake = ready_.size() <= to_size(options_.prefetch) / 2;
    lock.unlock();
    if (wake) changed_.notify_all();
    return true;
  }

  bool stopped() const { return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed); }

  void read(int64_t number, Batch& batch) const {
    const auto first = to_size(options_.first_row + number * options_.batch_size);
    const size_t count = std::min(order_.size() - first, to_size(options_.batch_size));
    dataset_.read(options_.part, std::span(order_).subspan(first, count), batch);
  }

  // The thread: fills the queue until the pass ends, the consumer leaves, or something goes wrong.
  void produce() noexcept {
    std::exception_ptr failure;
    try {
      for (int64_t number = options_.first_batch + 1; number < batches_; ++number) {
        if (!produce(number)) break;
      }
    } catch (...) {
      failure = std::current_exception();
    }
    {
      const std::lock_guard lock(mutex_);
      failure_ = failure;
      ended_ = true;
    }
    changed_.notify_all();
  }

  // False if the consumer leaves.
  bool produce(int64_t number) {
    Batch batch;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return closing_ || ready_.size() < to_size(options_.prefetch); });
      if (closing_ || stopped()) return false;
      if (!spare_.empty()) {
        batch = std::move(spare_.back());
        spare_.pop_back();
      }
    }
    read(number, batch);
    {
      const std::lock_guard lock(mutex_);
      ready_.push_back(std::move(batch));
    }
    changed_.notify_all();
    return true;
  }

  const Dataset& dataset_;
  StreamOptions options_;
  std::vector<int64_t> order_;
  int64_t batches_ = 0;
  int64_t next_ = 0;  // the batch that the consumer gets next
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Batch> ready_;  // in their order; a few, so that a queue would allocate more often
  std::vector<Batch> spare_;  // memory to fill again
  std::exception_ptr failure_;
  bool closing_ = false;
  bool ended_ = false;
  std::thread thread_;
};

BatchStream::BatchStream(const Dataset& dataset, const StreamOptions& options)
    : implementation_(std::make_unique<Implementation>(dataset, options)) {}
BatchStream::~BatchStream() = default;
BatchStream::BatchStream(BatchStream&&) noexcept = default;
bool BatchStream::next(Batch& batch) { return implementation_->next(batch); }
int64_t BatchStream::batches() const { return implementation_->batches(); }

}  // namespace dltrain::datasets
