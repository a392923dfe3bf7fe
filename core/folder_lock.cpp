#include "core/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <ctime>
#include <vector>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"

namespace dltrain {

namespace {

constexpr uint64_t longest_text = 4096;
constexpr const char* flock_name = ".lock";
constexpr const char* exclusive_name = ".lock-exclusive";

// The text of a small file; empty if it cannot be read.
std::string text_of(const std::string& path) {
  try {
    return read_text(path, ExitCode::io, longest_text);
  } catch (const UserError&) {
    return {};
  }
}

// Boot of this machine and start of a process in ticks since then (proc(5): field 22 of stat; the name, field 2, may
// hold anything, but no closing bracket follows it). Empty if there is no such process.
std::string identity_of(const std::string& process) {
  const std::string stat = text_of("/proc/" + process + "/stat");
  const size_t bracket = stat.rfind(')');
  if (bracket == std::string::npos) return {};
  const std::vector<std::string> fields = split(std::string_view(stat).substr(bracket), ' ');
  constexpr size_t start = 22 - 2;
  if (fields.size() <= start) return {};
  return std::string(trim(text_of("/proc/sys/kernel/random/boot_id"))) + "/" + fields[start];
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

LockOwner this_process() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 40> since{};
  std::strftime(since.data(), since.size(), "%Y-%m-%d %H:%M:%S UTC", &parts);
  const std::string process = std::to_string(::getpid());
  return {process, host_name(), since.data(), identity_of(process)};
}

bool may_live(const LockOwner& owner) {
  return owner.host != host_name() || identity_of(owner.process) == owner.identity;
}

[[noreturn]] void refuse(const std::string& path, const std::optional<LockOwner>& owner) {
  if (!owner) {
    throw UserError(ExitCode::locked, "locked", parent_path(path),
                    "another process has just begun to work in this folder",
                    "wait until it ends; if there is none, remove " + path);
  }
  throw UserError(
      ExitCode::locked, "locked", parent_path(path),
      "process " + owner->process + " on " + owner->host + " has been working in this folder since " + owner->since,
      "wait until it ends, or stop it with `kill " + owner->process + "`" +
          (owner->host == host_name() ? "" : " on its host"));
}

int opened(const std::string& path, int flags) {
  while (true) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
    if (descriptor >= 0 || errno != EINTR) return descriptor;
  }
}

// The file is still the one of that name: who gives the lock back removes it.
bool has_name(int descriptor, const std::string& path) {
  struct stat open{}, named{};
  return ::fstat(descriptor, &open) == 0 && ::stat(path.c_str(), &named) == 0 && open.st_dev == named.st_dev &&
         open.st_ino == named.st_ino;
}

void write_owner(const std::string& path) {
  OutputFile file(path, OutputFile::Mode::truncate);
  file.write(this_process().file_text());
  file.close();
}

// Removes a dead owner's file where there is no flock. Who creates the guard is the only one to do so, and looks again.
void remove_dead(const std::string& path, const LockOwner& dead) {
  const std::string guard = path + ".recover";
  const int descriptor = opened(guard, O_WRONLY | O_CREAT | O_EXCL);
  if (descriptor < 0) refuse(path, std::nullopt);
  ::close(descriptor);
  if (parse_lock_owner(text_of(path)) == dead) remove_file(path);
  remove_file(guard);
}

// Returns when this process owns the file.
void take_without_flock(const std::string& path) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    const int descriptor = opened(path, O_WRONLY | O_CREAT | O_EXCL);
    if (descriptor >= 0) {
      ::close(descriptor);
      return write_owner(path);
    }
    if (errno != EEXIST) throw_file_error(ExitCode::io, "create", path, errno);
    const std::optional<LockOwner> owner = parse_lock_owner(text_of(path));
    if (!owner || may_live(*owner)) refuse(path, owner);
    remove_dead(path, *owner);
  }
  refuse(path, parse_lock_owner(text_of(path)));
}

// The descriptor of the locked file; -1 if the file system has no flock.
int take_flock(const std::string& path) {
  while (true) {
    const int descriptor = opened(path, O_RDWR | O_CREAT);
    if (descriptor < 0) throw_file_error(ExitCode::io, "create", path, errno);
    const int error = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    if (error == 0 && has_name(descriptor, path)) return descriptor;
    ::close(descriptor);
    if (error == EWOULDBLOCK) refuse(path, parse_lock_owner(text_of(path)));
    if (error == ENOLCK || error == ENOTSUP || error == ENOSYS) return -1;
    if (error != 0 && error != EINTR) throw_file_error(ExitCode::io, "lock", path, error);
  }
}

}  // namespace

std::string LockOwner::file_text() const {
  return "process " + process + "\nhost " + host + "\nsince " + since + "\nidentity " + identity + "\n";
}

std::optional<LockOwner> parse_lock_owner(std::string_view text) {
  const std::vector<std::string> lines = split(text, '\n');
  LockOwner owner;
  const std::array<std::pair<std::string_view, std::string*>, 4> fields = {
      {{"process ", &owner.process}, {"host ", &owner.host}, {"since ", &owner.since}, {"identity ", &owner.identity}}};
  if (lines.size() != fields.size() + 1) return std::nullopt;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!lines[i].starts_with(fields[i].first)) return std::nullopt;
    *fields[i].second = lines[i].substr(fields[i].first.size());
  }
  if (!parse_integer(owner.process)) return std::nullopt;
  return owner;
}

FolderLock::FolderLock(const std::string& folder)
    : path_(join_path(folder, flock_name)), descriptor_(take_flock(path_)) {
  if (descriptor_ < 0) {
    remove_file(path_);  // nobody can hold it
    path_ = join_path(folder, exclusive_name);
    take_without_flock(path_);
    return;
  }
  try {
    write_owner(path_);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

namespace {

bool try_to_remove(const std::string& path) {
  try {
    remove_file(path);
    return true;
  } catch (const UserError&) {
    return false;
  }
}

}  // namespace

FolderLock::~FolderLock() {
  // Who finds another file of the name than ours leaves it alone.
  const bool ours = descriptor_ >= 0
                        ? has_name(descriptor_, path_)
                        : parse_lock_owner(text_of(path_)).value_or(LockOwner()).process == std::to_string(::getpid());
  if (ours) try_to_remove(path_);  // where it stays, the next owner takes it over
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::optional<LockOwner> FolderLock::owner(const std::string& folder) {
  for (const char* name : {flock_name, exclusive_name}) {
    const std::optional<LockOwner> owner = parse_lock_owner(text_of(join_path(folder, name)));
    if (owner && may_live(*owner)) return owner;
  }
  return std::nullopt;
}

}  // namespace dltrain
