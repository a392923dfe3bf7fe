// One process at a time works in a folder. The lock is FOLDER/.lock: an exclusive flock, which the kernel gives back
// when its owner ends in whatever way, and the owner's name for messages. File systems without flock (ENOLCK, ENOTSUP)
// get FOLDER/.lock-exclusive, created exclusively, whose owner is looked for by process, host and start of the process.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dltrain {

// Who owns a lock.
struct LockOwner {
  std::string process;  // its number
  std::string host;
  std::string since;  // when it took the lock: "2026-11-21 10:52:56 UTC"
  std::string identity;  // boot of the machine and start of the process since then: numbers of processes come again

  std::string file_text() const;
  bool operator==(const LockOwner&) const = default;
};

// Nothing for texts that no lock file has, such as that of an owner that is about to write it.
std::optional<LockOwner> parse_lock_owner(std::string_view text);

class FolderLock {
 public:
  // The folder exists. Throws UserError: locked, which names the owner, if another process (or another FolderLock of
  // this one) has it; io if the file cannot be made. A dead owner's lock is taken over.
  explicit FolderLock(const std::string& folder);
  // Gives the folder back and removes the file.
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  // The owner of a folder's lock that is alive, as far as its file tells: always alive if it is on another host. Takes
  // nothing.
  static std::optional<LockOwner> owner(const std::string& folder);

 private:
  std::string path_;
  int descriptor_ = -1;  // -1 where there is no flock
};

}  // namespace dltrain
