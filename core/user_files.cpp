#include "core/user_files.h"

#include <sys/stat.h>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "core/diagnostic.h"
#include "core/files.h"

namespace dltrain {

void rewrite_file(const std::string& path, std::string_view text) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  struct stat before{};
  if (real == nullptr || ::stat(real.get(), &before) != 0) throw_file_error(ExitCode::io, "write", path, errno);
  write_file_durably(real.get(), text);
  if (::chmod(real.get(), before.st_mode & 07777) != 0)
    throw_file_error(ExitCode::io, "set the permissions of", path, errno);
}

bool is_same_file(const std::string& a, const std::string& b) {
  struct stat first{}, second{};
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

}  // namespace dltrain
