#include "core/files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/diagnostic.h"
#include "core/text.h"

namespace dltrain {

namespace {

std::string cause(int error) {
  switch (error) {
    case ENOENT: return "there is no such file or folder";
    case EACCES:
    case EPERM: return "permission denied";
    case ENOSPC: return "no space left on the disk";
    case EDQUOT: return "the disk quota is used up";
    case EROFS: return "the file system is read-only";
    case EISDIR: return "it is a folder, not a file";
    case ENOTDIR: return "a part of the path is not a folder";
    case EEXIST: return "it exists already";
    case EMFILE:
    case ENFILE: return "too many files are open";
    case EFBIG: return "the file would be larger than allowed";
    case EIO: return "the disk reports an input/output error";
    default: return std::strerror(error);
  }
}

std::string remedy(ExitCode meaning, const std::string& path, int error) {
  if (error == ENOSPC || error == EDQUOT) {
    return "free some space (" + bytes_text(free_space(parent_path(path))) + " left there) or write elsewhere";
  }
  if (error == EACCES || error == EPERM || error == EROFS) {
    return meaning == ExitCode::io ? "choose a folder you may write to" : "make the file readable for this user";
  }
  if (error == ENOTDIR) return "move the file that stands in the way, or write another path";
  if (error == EISDIR) return "name a file, or move the folder away";
  return {};
}

// Calls f until it is not interrupted by a signal.
template <class F> auto repeated(F f) {
  auto result = f();
  while (result < 0 && errno == EINTR) result = f();
  return result;
}

void write_all(int descriptor, const std::string& path, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = repeated([&] { return ::write(descriptor, bytes.data(), bytes.size()); });
    if (written < 0) throw_file_error(ExitCode::io, "write", path, errno);
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

constexpr std::string_view temporary_mark = ".tmp-";

// What a temporary file is about to become: the name that its user knows.
std::string final_name(const std::string& path) {
  const size_t mark = path.rfind(temporary_mark);
  const bool numbered = mark != std::string::npos &&
                        path.find_first_not_of("0123456789", mark + temporary_mark.size()) == std::string::npos;
  return numbered ? path.substr(0, mark) : path;
}

// What is in a new folder is safe only if the folder's own name is. Where its parent may be written to but not be read,
// it cannot be synced.
void sync_parent(const std::string& path) {
  const std::string parent = parent_path(path).empty() ? "." : parent_path(path);
  if (::access(parent.c_str(), R_OK) == 0) sync_folder(parent);
}

Code code_of(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT: return "no-space";
    case ENOTDIR: return "not-a-folder";
    case EISDIR: return "is-a-folder";
    default: return "file-access";
  }
}

}  // namespace

void throw_file_error(ExitCode meaning, const std::string& action, const std::string& path, int error) {
  throw UserError(meaning, code_of(error), final_name(path), "cannot " + action + ": " + cause(error),
                  remedy(meaning, path, error));
}

InputFile::InputFile(std::string path, ExitCode meaning) : path_(std::move(path)), meaning_(meaning) {
  descriptor_ =
      path_ == "-" ? ::dup(STDIN_FILENO) : repeated([&] { return ::open(path_.c_str(), O_RDONLY | O_CLOEXEC); });
  if (descriptor_ < 0) throw_file_error(meaning_, "open", path_, errno);
  struct stat status{};
  if (::fstat(descriptor_, &status) < 0) throw_file_error(meaning_, "read", path_, errno);
  if (S_ISDIR(status.st_mode)) {
    ::close(descriptor_);
    descriptor_ = -1;
    throw_file_error(meaning_, "read", path_, EISDIR);
  }
  if (S_ISREG(status.st_mode)) size_ = static_cast<uint64_t>(status.st_size);
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)),
      meaning_(other.meaning_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(meaning_, other.meaning_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  return *this;
}

size_t InputFile::read(std::span<std::byte> buffer) {
  size_t total = 0;
  while (total < buffer.size()) {
    const ssize_t count = repeated([&] { return ::read(descriptor_, buffer.data() + total, buffer.size() - total); });
    if (count < 0) throw_file_error(meaning_, "read", path_, errno);
    if (count == 0) break;
    total += static_cast<size_t>(count);
  }
  return total;
}

size_t InputFile::read_at(uint64_t offset, std::span<std::byte> buffer) {
  size_t total = 0;
  while (total < buffer.size()) {
    const ssize_t count = repeated([&] {
      return ::pread(descriptor_, buffer.data() + total, buffer.size() - total, static_cast<off_t>(offset + total));
    });
    if (count < 0) throw_file_error(meaning_, "read", path_, errno);
    if (count == 0) break;
    total += static_cast<size_t>(count);
  }
  return total;
}

OutputFile::OutputFile(std::string path, Mode mode) : path_(std::move(path)) {
  int flags = O_WRONLY | O_CREAT | O_CLOEXEC;
  if (mode == Mode::truncate) flags |= O_TRUNC;
  if (mode == Mode::append) flags |= O_APPEND;
  if (mode == Mode::create_new) flags |= O_EXCL;
  descriptor_ = path_ == "-" ? ::dup(STDOUT_FILENO) : repeated([&] { return ::open(path_.c_str(), flags, 0666); });
  if (descriptor_ < 0) throw_file_error(ExitCode::io, "create", path_, errno);
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

void OutputFile::write(std::span<const std::byte> bytes) { write_all(descriptor_, path_, bytes); }

void OutputFile::write(std::string_view text) { write_all(descriptor_, path_, bytes_of(text)); }

void OutputFile::write_at(uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        repeated([&] { return ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
    if (written < 0) throw_file_error(ExitCode::io, "write", path_, errno);
    bytes = bytes.subspan(static_cast<size_t>(written));
    offset += static_cast<uint64_t>(written);
  }
}

void OutputFile::sync() {
  if (repeated([&] { return ::fsync(descriptor_); }) < 0 && errno != EINVAL && errno != EROFS) {
    throw_file_error(ExitCode::io, "sync", path_, errno);
  }
}

void OutputFile::close() {
  // Interrupted, it is closed all the same on Linux.
  if (::close(std::exchange(descriptor_, -1)) < 0 && errno != EINTR)
    throw_file_error(ExitCode::io, "close", path_, errno);
}

std::vector<std::byte> read_file(const std::string& path, ExitCode meaning, uint64_t limit) {
  InputFile file(path, meaning);
  const auto refuse = [&] {
    throw UserError(meaning, "file-too-large", path,
                    "the file is too large (at most " + bytes_text(limit) + " are read)");
  };
  if (file.size() > limit) refuse();
  std::vector<std::byte> bytes(static_cast<size_t>(file.size()));
  bytes.resize(file.read(bytes));
  // Pipes have no size, and a file may have grown since.
  constexpr size_t chunk = size_t{1} << 16;
  while (true) {
    const size_t before = bytes.size();
    bytes.resize(before + chunk);
    const size_t count = file.read(std::span(bytes).subspan(before));
    bytes.resize(before + count);
    if (bytes.size() > limit) refuse();
    if (count < chunk) return bytes;
  }
}

std::string read_text(const std::string& path, ExitCode meaning, uint64_t limit) {
  const std::vector<std::byte> bytes = read_file(path, meaning, limit);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write_file_durably(const std::string& path, std::span<const std::byte> bytes) {
  const std::string temporary = path + std::string(temporary_mark) + std::to_string(::getpid());
  try {
    OutputFile file(temporary, OutputFile::Mode::truncate);
    file.write(bytes);
    file.sync();
    file.close();
    rename_file(temporary, path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_folder(parent_path(path));
}

void write_file_durably(const std::string& path, std::string_view text) { write_file_durably(path, bytes_of(text)); }

bool exists(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0;
}

bool is_directory(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::vector<std::string> list_directory(const std::string& path, ExitCode meaning) {
  DIR* folder = ::opendir(path.c_str());
  if (folder == nullptr) throw_file_error(meaning, "list the folder", path, errno);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  const int error = errno;
  ::closedir(folder);
  if (error != 0) throw_file_error(meaning, "list the folder", path, error);
  std::sort(names.begin(), names.end());
  return names;
}

void create_directories(const std::string& path) {
  if (path.empty() || is_directory(path)) return;
  create_directories(parent_path(path));
  if (::mkdir(path.c_str(), 0777) < 0 && !(errno == EEXIST && is_directory(path))) {
    throw_file_error(ExitCode::io, "create the folder", path, errno == EEXIST ? ENOTDIR : errno);
  }
  sync_parent(path);
}

bool create_directory_exclusively(const std::string& path) {
  if (::mkdir(path.c_str(), 0777) == 0) {
    sync_parent(path);
    return true;
  }
  if (errno == EEXIST) return false;
  throw_file_error(ExitCode::io, "create the folder", path, errno);
}

void rename_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) < 0) throw_file_error(ExitCode::io, "rename to " + to, from, errno);
}

void remove_file(const std::string& path) {
  if (::unlink(path.c_str()) < 0 && errno != ENOENT) throw_file_error(ExitCode::io, "remove", path, errno);
}

void remove_empty_directory(const std::string& path) {
  if (::rmdir(path.c_str()) < 0 && errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST) {
    throw_file_error(ExitCode::io, "remove", path, errno);
  }
}

void replace_link(const std::string& target, const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) == 0 && !S_ISLNK(status.st_mode)) return;
  const std::string temporary = path + std::string(temporary_mark) + std::to_string(::getpid());
  ::unlink(temporary.c_str());
  if (::symlink(target.c_str(), temporary.c_str()) < 0) return;
  if (::rename(temporary.c_str(), path.c_str()) < 0) ::unlink(temporary.c_str());
}

void sync_file(const std::string& path) { OutputFile(path, OutputFile::Mode::append).sync(); }

void sync_folder(const std::string& folder) {
  const std::string path = folder.empty() ? "." : folder;
  const int descriptor = repeated([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (descriptor < 0) throw_file_error(ExitCode::io, "open the folder", path, errno);
  const int result = repeated([&] { return ::fsync(descriptor); });
  const int error = errno;
  ::close(descriptor);
  if (result < 0 && error != EINVAL) throw_file_error(ExitCode::io, "sync the folder", path, error);
}

void truncate_file(const std::string& path, uint64_t size) {
  if (::truncate(path.c_str(), static_cast<off_t>(size)) < 0) throw_file_error(ExitCode::io, "cut off", path, errno);
}

uint64_t free_space(const std::string& path) {
  struct statvfs status{};
  if (::statvfs(path.empty() ? "." : path.c_str(), &status) < 0) return 0;
  return uint64_t{status.f_bavail} * status.f_frsize;
}

std::string parent_path(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return {};
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string join_path(const std::string& folder, const std::string& name) {
  if (folder.empty() || name.starts_with('/')) return name;
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

std::string absolute_path(const std::string& path) {
  if (path.empty() || path.starts_with('/')) return path;
  std::array<char, PATH_MAX> folder{};
  if (::getcwd(folder.data(), folder.size()) == nullptr) return path;
  return join_path(folder.data(), path.starts_with("./") ? path.substr(2) : path);
}

std::string normal_path(const std::string& path) {
  const bool absolute = path.starts_with('/');
  std::vector<std::string> parts;
  for (const std::string& part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty() && parts.back() != "..") parts.pop_back();
    else if (part != ".." || !absolute) parts.push_back(part);
  }
  return (absolute ? "/" : "") + join(parts, "/");
}

std::string file_name(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace dltrain
