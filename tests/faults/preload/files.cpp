// The fault kit's calls around files. A library with these names that the loader takes first (LD_PRELOAD) stands
// between the program and the C library; everything real is done by system calls.
#include <fcntl.h>
#include <fnmatch.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>

#include "tests/faults/preload/kit.h"
#include "tests/faults/preload/record.h"

namespace dltrain::faults {

namespace {

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

class Lock {
 public:
  Lock() { ::pthread_mutex_lock(&mutex); }
  ~Lock() { ::pthread_mutex_unlock(&mutex); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
};

// What a descriptor was opened as; an empty path: not below the root.
struct Opened {
  char path[1024];
  bool writable;
};

Opened table[4096];
int log_descriptor = -1;

// The path below the root without a leading slash ("" is the root itself); null if it is elsewhere.
const char* below_root(const char* path, char* room, size_t size) {
  const Rules& rules = kit().rules;
  if (rules.root[0] == '\0' || path == nullptr) return nullptr;
  if (path[0] == '/') {
    std::snprintf(room, size, "%s", path);
  } else {
    char folder[1024];
    if (::syscall(SYS_getcwd, folder, sizeof(folder)) <= 0) return nullptr;
    if (std::strcmp(path, ".") == 0) std::snprintf(room, size, "%s", folder);
    else std::snprintf(room, size, "%s/%s", folder, path);
  }
  const size_t length = std::strlen(rules.root);
  if (std::strncmp(room, rules.root, length) != 0 || (room[length] != '/' && room[length] != '\0')) return nullptr;
  char* rest = room + length;
  while (*rest == '/') ++rest;
  for (size_t end = std::strlen(rest); end > 0 && rest[end - 1] == '/'; --end) rest[end - 1] = '\0';
  return rest;
}

const char* opened_path(int descriptor) {
  if (descriptor < 0 || descriptor >= static_cast<int>(std::size(table))) return nullptr;
  return table[descriptor].path[0] != '\0' ? table[descriptor].path + 1 : nullptr;
}

// The first character only says that the place is taken: the root's own path is empty.
void remember(int descriptor, const char* path, bool writable) {
  if (descriptor < 0 || descriptor >= static_cast<int>(std::size(table))) return;
  std::snprintf(table[descriptor].path, sizeof(table[descriptor].path), "/%s", path);
  table[descriptor].writable = writable;
}

void write_log(const void* data, size_t size) {
  for (const char* at = static_cast<const char*>(data); size > 0;) {
    const long count = ::syscall(SYS_write, log_descriptor, at, size);
    if (count <= 0) ::_exit(98);  // a log that lacks something would prove nothing
    at += count;
    size -= static_cast<size_t>(count);
  }
}

void log(Logged what, const char* path, const char* second = "", uint64_t offset = 0, const void* bytes = nullptr,
         uint64_t size = 0) {
  if (log_descriptor < 0) return;
  Record record;
  std::memset(&record, 0, sizeof(record));
  record.what = what;
  record.path = static_cast<uint32_t>(std::strlen(path));
  record.second = static_cast<uint32_t>(std::strlen(second));
  record.offset = offset;
  record.bytes = size;
  write_log(&record, sizeof(record));
  write_log(path, record.path);
  write_log(second, record.second);
  write_log(bytes, size);
}

[[noreturn]] void die() {
  ++kit().counters->fired;
  ::syscall(SYS_kill, ::syscall(SYS_getpid), SIGKILL);
  while (true) ::pause();
}

// What is to happen to an operation.
struct Verdict {
  int error = 0;
  bool cut = false;
  bool die_in_it = false;
  bool die_after = false;
};

bool concerns(const Rule& rule, Op op, const char* path) {
  const bool change = op < Op::open_read;
  if (rule.scope == Scope::op ? rule.op != op : rule.scope == Scope::changes && !change) return false;
  return rule.pattern[0] == '\0' || ::fnmatch(rule.pattern, path, 0) == 0;
}

Verdict judge(Op op, const char* path) {
  Kit& all = kit();
  all.begun = true;
  Counters& counters = *all.counters;
  ++counters.all;
  ++counters.by_op[static_cast<int>(op)];
  if (op < Op::open_read) ++counters.changes;
  Verdict verdict;
  for (int i = 0; i < all.rules.count; ++i) {
    Rule& rule = all.rules.list[i];
    if (rule.act >= Act::allocation || !concerns(rule, op, path) || !rule.meets()) continue;
    if (rule.act == Act::crash && rule.when == When::before) die();
    if (rule.act == Act::fail) verdict.error = rule.number;
    if (rule.act == Act::cut) verdict.cut = true;
    if (rule.act == Act::crash) (rule.when == When::torn ? verdict.die_in_it : verdict.die_after) = true;
    if (rule.act == Act::signal) ::syscall(SYS_kill, ::syscall(SYS_getpid), rule.number);
    if (rule.act != Act::crash) ++counters.fired;
  }
  return verdict;
}

// Runs a call that has no middle.
template <class Call, class Log> int judged(Op op, const char* path, Call call, Log log_it) {
  const Lock lock;
  const Verdict verdict = judge(op, path);
  if (verdict.error != 0) {
    errno = verdict.error;
    return -1;
  }
  const int result = static_cast<int>(call());
  const int error = errno;
  if (result >= 0) log_it(result);
  if (verdict.die_after || verdict.die_in_it) die();
  errno = error;
  return result;
}

int open_file(const char* path, int flags, mode_t mode) {
  const auto call = [&] { return ::syscall(SYS_openat, AT_FDCWD, path, flags, mode); };
  char room[2048];
  const char* below = below_root(path, room, sizeof(room));
  if (below == nullptr) return static_cast<int>(call());
  const bool writable = (flags & O_ACCMODE) != O_RDONLY;
  struct stat status{};
  const bool there = ::syscall(SYS_newfstatat, AT_FDCWD, path, &status, 0) == 0;
  return judged(writable || (flags & O_CREAT) != 0 ? Op::open : Op::open_read, below, call, [&](int descriptor) {
    remember(descriptor, below, writable);
    if (!there) log(Logged::create, below);
    else if (writable && (flags & O_TRUNC) != 0 && status.st_size > 0) log(Logged::truncate, below);
  });
}

// `offset` below zero: at the position of the descriptor.
ssize_t write_file(int descriptor, const void* data, size_t size, off_t offset) {
  const auto call = [&](size_t count) {
    return offset < 0 ? ::syscall(SYS_write, descriptor, data, count)
                      : ::syscall(SYS_pwrite64, descriptor, data, count, offset);
  };
  const char* path = opened_path(descriptor);
  if (path == nullptr) return call(size);
  const Lock lock;
  const Verdict verdict = judge(Op::write, path);
  if (verdict.error != 0) {
    errno = verdict.error;
    return -1;
  }
  off_t begin = offset;
  if (offset < 0) {
    struct stat status{};
    const bool appends = (::syscall(SYS_fcntl, descriptor, F_GETFL) & O_APPEND) != 0;
    begin = appends && ::syscall(SYS_fstat, descriptor, &status) == 0 ? status.st_size
                                                                      : ::syscall(SYS_lseek, descriptor, 0, SEEK_CUR);
  }
  const ssize_t written = call((verdict.cut || verdict.die_in_it) && size > 1 ? size / 2 : size);
  const int error = errno;
  if (written > 0) log(Logged::write, path, "", static_cast<uint64_t>(begin), data, static_cast<uint64_t>(written));
  if (verdict.die_after || verdict.die_in_it) die();
  errno = error;
  return written;
}

template <class Call> ssize_t read_with(int descriptor, Call call) {
  const char* path = opened_path(descriptor);
  if (path == nullptr) return call();
  {
    const Lock lock;
    const Verdict verdict = judge(Op::read, path);
    if (verdict.error != 0) {
      errno = verdict.error;
      return -1;
    }
  }
  return call();
}

int sync_file(int descriptor, long number) {
  const auto call = [&] { return ::syscall(number, descriptor); };
  const char* path = opened_path(descriptor);
  if (path == nullptr) return static_cast<int>(call());
  return judged(Op::fsync, path, call, [&](int) { log(Logged::sync, path); });
}

int truncate_file(int descriptor, off_t size) {
  const auto call = [&] { return ::syscall(SYS_ftruncate, descriptor, size); };
  const char* path = opened_path(descriptor);
  if (path == nullptr) return static_cast<int>(call());
  return judged(Op::ftruncate, path, call, [&](int) { log(Logged::truncate, path, "", static_cast<uint64_t>(size)); });
}

// A call that changes the name `path`.
template <class Call> int change_name(Op op, Logged what, const char* path, Call call) {
  char room[2048];
  const char* below = below_root(path, room, sizeof(room));
  if (below == nullptr) return static_cast<int>(call());
  return judged(op, below, call, [&](int) { log(what, below); });
}

}  // namespace

void start_files() {
  const Rules& rules = kit().rules;
  if (rules.record[0] == '\0') return;
  log_descriptor =
      static_cast<int>(::syscall(SYS_openat, AT_FDCWD, rules.record, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (log_descriptor < 0) ::_exit(98);
}

}  // namespace dltrain::faults

namespace faults = dltrain::faults;

extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return faults::open_file(path, flags, mode);
}

int open64(const char* path, int flags, ...) __attribute__((alias("open")));

int creat(const char* path, mode_t mode) { return faults::open_file(path, O_WRONLY | O_CREAT | O_TRUNC, mode); }

int openat(int folder, const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  if (folder == AT_FDCWD || path[0] == '/') return faults::open_file(path, flags, mode);
  return static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode));
}

int openat64(int folder, const char* path, int flags, ...) __attribute__((alias("openat")));
int __open_2(const char* path, int flags) { return faults::open_file(path, flags, 0); }
int __open64_2(const char* path, int flags) { return faults::open_file(path, flags, 0); }

ssize_t write(int descriptor, const void* data, size_t size) { return faults::write_file(descriptor, data, size, -1); }

ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) {
  return faults::write_file(descriptor, data, size, offset);
}

ssize_t pwrite64(int descriptor, const void* data, size_t size, off_t offset) __attribute__((alias("pwrite")));

ssize_t read(int descriptor, void* data, size_t size) {
  return faults::read_with(descriptor, [&] { return ::syscall(SYS_read, descriptor, data, size); });
}

ssize_t pread(int descriptor, void* data, size_t size, off_t offset) {
  return faults::read_with(descriptor, [&] { return ::syscall(SYS_pread64, descriptor, data, size, offset); });
}

ssize_t pread64(int descriptor, void* data, size_t size, off_t offset) __attribute__((alias("pread")));

int fsync(int descriptor) { return faults::sync_file(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return faults::sync_file(descriptor, SYS_fdatasync); }
int ftruncate(int descriptor, off_t size) noexcept { return faults::truncate_file(descriptor, size); }
int ftruncate64(int descriptor, off_t size) noexcept __attribute__((alias("ftruncate")));

int rename(const char* from, const char* to) noexcept {
  const auto call = [&] { return ::syscall(SYS_rename, from, to); };
  char room[2048], other_room[2048];
  const char* below = faults::below_root(from, room, sizeof(room));
  const char* other = faults::below_root(to, other_room, sizeof(other_room));
  if (below == nullptr || other == nullptr) return static_cast<int>(call());
  // Patterns of rules are about the new name.
  return faults::judged(faults::Op::rename, other, call,
                        [&](int) { faults::log(faults::Logged::rename, below, other); });
}

int unlink(const char* path) noexcept {
  return faults::change_name(faults::Op::unlink, faults::Logged::unlink, path,
                             [&] { return ::syscall(SYS_unlink, path); });
}

int rmdir(const char* path) noexcept {
  return faults::change_name(faults::Op::unlink, faults::Logged::rmdir, path,
                             [&] { return ::syscall(SYS_rmdir, path); });
}

int mkdir(const char* path, mode_t mode) noexcept {
  return faults::change_name(faults::Op::mkdir, faults::Logged::mkdir, path,
                             [&] { return ::syscall(SYS_mkdir, path, mode); });
}

int symlink(const char* target, const char* path) noexcept {
  const auto call = [&] { return ::syscall(SYS_symlink, target, path); };
  char room[2048];
  const char* below = faults::below_root(path, room, sizeof(room));
  if (below == nullptr) return static_cast<int>(call());
  return faults::judged(faults::Op::symlink, below, call,
                        [&](int) { faults::log(faults::Logged::symlink, below, "", 0, target, std::strlen(target)); });
}

int truncate(const char* path, off_t size) noexcept {
  const auto call = [&] { return ::syscall(SYS_truncate, path, size); };
  char room[2048];
  const char* below = faults::below_root(path, room, sizeof(room));
  if (below == nullptr) return static_cast<int>(call());
  return faults::judged(faults::Op::ftruncate, below, call,
                        [&](int) { faults::log(faults::Logged::truncate, below, "", static_cast<uint64_t>(size)); });
}

int truncate64(const char* path, off_t size) noexcept __attribute__((alias("truncate")));

int flock(int descriptor, int operation) noexcept {
  const auto call = [&] { return ::syscall(SYS_flock, descriptor, operation); };
  const char* path = faults::opened_path(descriptor);
  if (path == nullptr) return static_cast<int>(call());
  return faults::judged(faults::Op::flock, path, call, [](int) {});
}

int close(int descriptor) {
  const char* path = faults::opened_path(descriptor);
  const auto call = [&] {
    if (path != nullptr) faults::table[descriptor].path[0] = '\0';
    return ::syscall(SYS_close, descriptor);
  };
  if (path == nullptr || !faults::table[descriptor].writable) return static_cast<int>(call());
  const int result = faults::judged(faults::Op::close, path, call, [](int) {});
  if (result < 0 && path[-1] != '\0') {  // as the kernel does: closed in spite of the error
    const int error = errno;
    call();
    errno = error;
  }
  return result;
}

}  // extern "C"
