// The one way to the disk: every read and write of the program goes through this file, so that errors, limits and
// durability are the same everywhere. Failures throw UserError that names the path, the cause and, where it helps, the
// free space. Interrupted calls are repeated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/exit_code.h"

namespace dltrain {

// A file opened for reading. `meaning` is the exit code of a failure: what the file is to the user.
class InputFile {
 public:
  InputFile(std::string path, ExitCode meaning);
  ~InputFile();
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&& other) noexcept;

  const std::string& path() const { return path_; }
  // The size in bytes; 0 for pipes.
  uint64_t size() const { return size_; }
  // Up to buffer.size() bytes; less only at the end of the file.
  size_t read(std::span<std::byte> buffer);
  // The same from an offset, without moving the position; not for pipes.
  size_t read_at(uint64_t offset, std::span<std::byte> buffer);

 private:
  std::string path_;
  ExitCode meaning_ = ExitCode::io;
  int descriptor_ = -1;
  uint64_t size_ = 0;
};

// A file opened for writing from its start (truncated) or for appending. Failures mean ExitCode::io.
class OutputFile {
 public:
  enum class Mode {
    truncate,
    append,
    create_new
  };
  OutputFile(std::string path, Mode mode);
  ~OutputFile();
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;

  const std::string& path() const { return path_; }
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  // Over what was written before, from an offset, without moving the position; not for pipes.
  void write_at(uint64_t offset, std::span<const std::byte> bytes);
  // Until the bytes are on the disk.
  void sync();
  // Closes and reports what close reports; the destructor cannot.
  void close();

 private:
  std::string path_;
  int descriptor_ = -1;
};

constexpr uint64_t no_limit = UINT64_MAX;

// The whole file; an error above `limit` bytes, before anything is read. "-" is standard input.
std::vector<std::byte> read_file(const std::string& path, ExitCode meaning, uint64_t limit = no_limit);
std::string read_text(const std::string& path, ExitCode meaning, uint64_t limit = no_limit);

// Replaces `path` as a whole: temporary name beside it, sync, rename, sync of the folder. Readers see old or new bytes.
void write_file_durably(const std::string& path, std::span<const std::byte> bytes);
void write_file_durably(const std::string& path, std::string_view text);

bool exists(const std::string& path);
bool is_directory(const std::string& path);
// Names (not paths) in a folder, sorted, without "." and "..".
std::vector<std::string> list_directory(const std::string& path, ExitCode meaning);
// With all parents; nothing happens if it is there.
void create_directories(const std::string& path);
// False if something of that name exists already: safe against other processes.
bool create_directory_exclusively(const std::string& path);
void rename_file(const std::string& from, const std::string& to);
void remove_file(const std::string& path);
// Removes a folder; nothing happens if it is not there or not empty.
void remove_empty_directory(const std::string& path);
// Makes `path` a symbolic link to `target`, in the place of one that is there. Where the file system has no links, or
// something else has the name, nothing happens: links are a convenience.
void replace_link(const std::string& target, const std::string& path);
// Until the bytes of a file, or the names in a folder, are on the disk.
void sync_file(const std::string& path);
void sync_folder(const std::string& path);
// Cuts a file off, or fills it with zeros up to the size.
void truncate_file(const std::string& path, uint64_t size);
// Bytes that an ordinary user may still write to the file system of `path`.
uint64_t free_space(const std::string& path);

std::string parent_path(const std::string& path);  // "" for a bare name
std::string join_path(const std::string& folder, const std::string& name);  // name alone if it is absolute
std::string file_name(const std::string& path);
std::string absolute_path(const std::string& path);  // "" stays ""
// Without "." and what ".." takes back, by the letters alone: links are not looked at.
std::string normal_path(const std::string& path);

// "cannot DO PATH" with errno's cause as a UserError.
[[noreturn]] void throw_file_error(ExitCode meaning, const std::string& action, const std::string& path, int error);

}  // namespace dltrain
