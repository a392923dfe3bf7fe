#include "backends/host.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backends/backend.h"
#include "core/checked.h"
#include "core/files.h"
#include "core/text.h"

namespace dltrain::backends {

namespace {

// The words of a small file of the kernel; none if it is not there.
std::vector<std::string> words_of(const std::string& path) {
  std::vector<std::string> words;
  if (!exists(path)) return words;
  std::string word;
  for (const char c : read_text(path, ExitCode::io, uint64_t{1} << 20)) {
    const bool blank = c == ' ' || c == '\n' || c == '\t';
    if (!blank) word += c;
    if (blank && !word.empty()) words.push_back(std::exchange(word, {}));
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

std::optional<int64_t> number_in(const std::string& path) {
  const std::vector<std::string> words = words_of(path);
  return words.empty() ? std::nullopt : parse_integer(words[0]);
}

// The folders of this process' control group (version 2) and of those above it; limits of each hold.
std::vector<std::string> control_groups() {
  const std::string root = "/sys/fs/cgroup";
  std::vector<std::string> folders;
  for (const std::string& line : words_of("/proc/self/cgroup")) {
    if (!line.starts_with("0::/")) continue;
    std::string path = line.substr(3);
    while (path.size() > 1) {
      folders.push_back(root + path);
      path = parent_path(path);
    }
  }
  folders.push_back(root);
  return folders;
}

int affinity_count() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(CPU_COUNT(&set), 1);
}

// Processors' worth of time, rounded up: version 2 writes "QUOTA PERIOD" or "max PERIOD", version 1 two files.
std::optional<int64_t> quota_count() {
  std::optional<int64_t> least;
  const auto consider = [&](std::optional<int64_t> quota, std::optional<int64_t> period) {
    if (!quota || !period || *quota <= 0 || *period <= 0) return;
    least = std::min(least.value_or(INT64_MAX), divide_up(*quota, *period));
  };
  for (const std::string& folder : control_groups()) {
    const std::vector<std::string> words = words_of(folder + "/cpu.max");
    if (words.size() == 2) consider(parse_integer(words[0]), parse_integer(words[1]));
  }
  consider(number_in("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"), number_in("/sys/fs/cgroup/cpu/cpu.cfs_period_us"));
  return least;
}

// The number behind a word: "MemTotal:" of /proc/meminfo.
std::optional<int64_t> number_behind(const std::string& path, const std::string& word) {
  const std::vector<std::string> words = words_of(path);
  const auto found = std::find(words.begin(), words.end(), word);
  return found == words.end() || found + 1 == words.end() ? std::nullopt : parse_integer(found[1]);
}

std::optional<int64_t> machine_memory(const std::string& word) {
  const std::optional<int64_t> kibibytes = number_behind("/proc/meminfo", word);
  return kibibytes ? std::optional(*kibibytes * 1024) : std::nullopt;
}

}  // namespace

int usable_threads() {
  const int64_t quota = quota_count().value_or(INT64_MAX);
  return static_cast<int>(std::clamp<int64_t>(quota, 1, affinity_count()));
}

int64_t usable_memory() {
  int64_t bytes = machine_memory("MemTotal:").value_or(0);
  const auto limit = [&](std::optional<int64_t> most) {
    if (most && *most > 0) bytes = bytes == 0 ? *most : std::min(bytes, *most);
  };
  for (const std::string& folder : control_groups()) limit(number_in(folder + "/memory.max"));
  limit(number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
  return bytes;
}

namespace {

// What the process may still ask for where its address space is limited (ulimit -v).
std::optional<int64_t> address_space() {
  rlimit limit{};
  const auto pages = number_in("/proc/self/statm");
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || !pages) return std::nullopt;
  return std::max<int64_t>(static_cast<int64_t>(limit.rlim_cur) - *pages * ::sysconf(_SC_PAGESIZE), 0);
}

}  // namespace

int64_t Backend::free_memory() const { return available_memory(); }

std::vector<double> Backend::time(size_t count, const std::function<void(size_t)>& launch) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> seconds;
  seconds.reserve(count);
  wait();
  for (size_t i = 0; i < count; ++i) {
    const Clock::time_point start = Clock::now();
    launch(i);
    wait();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  return seconds;
}

int64_t available_memory() {
  int64_t bytes = machine_memory("MemAvailable:").value_or(-1);
  if (const auto space = address_space()) bytes = bytes < 0 ? *space : std::min(bytes, *space);
  for (const std::string& folder : control_groups()) {
    const auto most = number_in(folder + "/memory.max"), used = number_in(folder + "/memory.current");
    if (!most || !used) continue;
    // What is kept of files only until somebody needs the memory.
    const int64_t cached = number_behind(folder + "/memory.stat", "inactive_file").value_or(0);
    const int64_t left = std::max<int64_t>(*most - (*used - cached), 0);
    bytes = bytes < 0 ? left : std::min(bytes, left);
  }
  return bytes;
}

}  // namespace dltrain::backends
