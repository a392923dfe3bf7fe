#include "training/checkpoint/background_saver.h"

#include <csignal>
#include <ctime>
#include <new>
#include <type_traits>
#include <utility>

#include "core/files.h"
#include "formats/json/json.h"
#include "training/weights.h"

namespace dltrain::training {

namespace {

constexpr uint64_t large = uint64_t{64} << 20;  // bytes of a checkpoint above which none waits

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
  return text;
}

// Of two candidates, whether the first is worth more.
bool better(const std::optional<Rank>& a, const std::optional<Rank>& b) { return a && (!b || a->better_than(*b)); }

}  // namespace

BackgroundSaver::BackgroundSaver(const models::Program& program, const std::string& run, CheckpointFrame frame)
    : program_(program), run_(run), frame_(std::move(frame)), store_(run) {
  // Signals belong to the thread that trains.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { work(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

BackgroundSaver::~BackgroundSaver() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

CheckpointContent BackgroundSaver::content_of(Snapshot snapshot) const {
  CheckpointContent content{{}, {}, frame_.recipe, frame_.contract, {}};
  content.manifest.created = now_text();
  content.manifest.surroundings = frame_.surroundings;
  content.manifest.kernels = frame_.kernels;
  fill_content(content, std::move(snapshot), program_);
  return content;
}

// A checkpoint like others, but out of the way of resume, with the report beside it.
std::string BackgroundSaver::save_failure(Snapshot before, const Table& report) {
  const CheckpointContent content = content_of(std::move(before));
  const std::string folder = join_path(run_, "failures/step-" + std::to_string(content.manifest.position.step + 1));
  create_directories(parent_path(folder));
  remove_file(join_path(folder, "report.json"));
  remove_checkpoint(folder);
  write_checkpoint(content, folder);
  write_file_durably(join_path(folder, "report.json"), formats::json_text(report, 2) + "\n");
  return folder;
}

void BackgroundSaver::save(Snapshot snapshot, std::vector<std::string> logs, const SaveWish& wish) {
  Job job{content_of(std::move(snapshot)), std::move(logs), wish.keep};
  if (wish.value) job.content.manifest.rank = Rank{wish.monitor, *wish.value, wish.largest};
  const bool must_wait = job.content.bytes() > large;
  std::unique_lock lock(mutex_);
  if (must_wait) changed_.wait(lock, [&] { return waiting_.empty() && !busy_; });
  if (failures_ > wish.keep.misses) std::rethrow_exception(failure_);
  add(std::move(job));
  changed_.notify_all();
}

// Of those that wait, the newest and the best stay.
void BackgroundSaver::add(Job job) {
  if (waiting_.size() == 2) {
    const bool first_is_better = better(waiting_[0].content.manifest.rank, waiting_[1].content.manifest.rank);
    waiting_.erase(waiting_.begin() + (first_is_better ? 1 : 0));
  }
  waiting_.push_back(std::move(job));
}

void BackgroundSaver::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    busy_ = true;
    failure_ = write_first(lock);
    busy_ = false;
    failures_ = failure_ ? failures_ + 1 : 0;
    changed_.notify_all();
  }
}

// Lets go of the lock while it writes. Returns what was thrown: nothing may leave the thread.
std::exception_ptr BackgroundSaver::write_first(std::unique_lock<std::mutex>& lock) noexcept {
  static_assert(std::is_nothrow_move_constructible_v<Job> && std::is_nothrow_move_assignable_v<Job>);
  const Job job = std::move(waiting_.front());
  waiting_.erase(waiting_.begin());
  lock.unlock();
  std::exception_ptr failure;
  try {
    write(job);
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    note_failure(job.content.manifest.position.step, error.what());
  } catch (...) {  // finish() tells it
  }
  return failure;
}

// Without memory for the words, the failure itself tells later.
void BackgroundSaver::note_failure(int64_t step, const char* what) noexcept try {
  notices_.push_back("warning: the checkpoint of step " + std::to_string(step) + " is not saved: " + what);
} catch (const std::bad_alloc&) {}

// What a log lacks after a loss of power costs lines of it, never the checkpoint.
void BackgroundSaver::sync_logs(const std::vector<std::string>& logs) {
  for (const std::string& log : logs) {
    try {
      if (exists(log)) sync_file(log);
    } catch (const UserError& error) {
      const std::lock_guard lock(mutex_);
      if (warned_logs_.insert(log).second)
        notices_.push_back("warning: " + log +
                           " may lack lines after a loss of power: " + error.diagnostics().front().what);
    }
  }
}

void BackgroundSaver::write(const Job& job) {
  const int64_t step = job.content.manifest.position.step;
  const std::string path = store_.path_for(step);
  sync_logs(job.logs);
  write_checkpoint(job.content, path);
  store_.added(path, step, job.content.manifest.rank, job.keep);
}

void BackgroundSaver::export_weights(Model& model, const std::string& path) {
  create_directories(parent_path(path));
  save_weights(model, path);
}

void BackgroundSaver::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_.empty() && !busy_; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

std::vector<std::string> BackgroundSaver::take_notices() {
  const std::lock_guard lock(mutex_);
  return std::exchange(notices_, {});
}

}  // namespace dltrain::training
