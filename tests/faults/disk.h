// A disk that loses power. The model: bytes of a file are safe after its fsync, names in a folder (made, renamed,
// removed) after the fsync of the folder; of everything since then any part may be there, bytes in sectors of 512. A
// rename within a folder happens as a whole or not at all. This is what POSIX promises, and less than common file
// systems do.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/faults/recording.h"

namespace dltrain::test {

// What a disk holds: {path below the root: bytes}, {path: what the link points to}, and the folders.
struct DiskImage {
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> links;
  std::vector<std::string> folders;

  bool operator==(const DiskImage&) const = default;
  // Writes it below a folder that is empty.
  void place(const std::string& folder) const;
};

// What of the changes that are not safe is there after the loss of power.
struct Survivors {
  enum class Kind {
    none,
    all,
    random,
    names_only,
    torn
  };
  Kind kind = Kind::none;
  uint64_t seed = 0;  // of random and torn
};

class Disk {
 public:
  // An empty, safe root.
  Disk();
  void apply(const Operation& operation);
  DiskImage after_power_loss(const Survivors& survivors) const;

 private:
  struct Change {  // of a file's bytes
    bool truncates = false;
    uint64_t offset = 0;  // or the new size
    std::string bytes;
  };
  struct Entry {
    std::string name;
    int node = 0;  // -1: removed
  };
  using NameChange = std::vector<Entry>;  // what happens at once
  struct Node {
    bool folder = false;
    bool link = false;
    std::string safe;  // a file's bytes
    std::vector<Change> changes;
    std::map<std::string, int> entries;       // a folder's names as the program sees them
    std::map<std::string, int> safe_entries;  // and as they are safe
    std::vector<NameChange> name_changes;
  };

  int find(const std::string& path) const;  // -1 if there is none
  int folder_of(const std::string& path) const;
  void change_names(int folder, const NameChange& change);
  void rename(const std::string& from, const std::string& to);
  void sync(const std::string& path);
  int add(bool folder);
  static void change_bytes(std::string& bytes, const Change& change);
  static std::string surviving_bytes(const Node& node, const Survivors& survivors, std::mt19937_64& random, bool tears);
  static std::map<std::string, int> surviving_names(const Node& node, const Survivors& survivors,
                                                    std::mt19937_64& random);
  void collect(int node, const std::string& path, const Survivors& survivors, std::mt19937_64& random,
               DiskImage& image) const;

  std::vector<Node> nodes_;
  int last_written_ = -1;  // what a torn write tears
};

}  // namespace dltrain::test
