// A file that gets its name only when it is complete: whoever reads it never sees a part of it.
#pragma once

#include <string>

namespace dltrain {

class StagedFile {
 public:
  // Creates nothing. What cannot be replaced (standard output, pipes, devices) is written in place.
  explicit StagedFile(std::string path);
  // Removes what was written if it was not committed.
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  // Where to write: a name beside that of the file, or the file itself.
  const std::string& path() const { return path_; }
  // Waits for the disk, then replaces what had the name. Throws UserError (io).
  void commit();

 private:
  std::string final_path_;
  std::string path_;
  bool in_place_;
};

}  // namespace dltrain
