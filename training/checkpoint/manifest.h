// manifest.json of a checkpoint: where the run was, what its callbacks remember, where and with what it was made, and
// size and SHA-256 of every file. It ends with its own SHA-256, so that no part of a checkpoint can change unseen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/setting.h"
#include "training/position.h"

namespace dltrain::training {

struct FileRecord {
  std::string name;
  uint64_t bytes = 0;
  std::string sha256;  // 64 hexadecimal digits
  bool operator==(const FileRecord&) const = default;
};

// The value that checkpoints compete with.
struct Rank {
  std::string monitor;
  double value = 0;
  bool largest = false;  // the largest is the best
  bool operator==(const Rank&) const = default;
  bool better_than(const Rank& other) const { return largest ? value > other.value : value < other.value; }
};

// What bit-identity depends on beside the recipe; reliability: P14.
struct Surroundings {
  std::string dltrain;    // version
  std::string recipe;     // absolute path of the recipe; relative paths in it start there
  std::string device;     // "cpu"
  std::string processor;  // instruction set, threads, version of the library
  std::string data;       // fingerprint
  bool operator==(const Surroundings&) const = default;
};

Table surroundings_table(const Surroundings& surroundings);
Surroundings surroundings_from(const Table& table);
// What differs, a sentence each: "the processor: AVX2, 2 threads, ... then, AVX-512 ... now". Empty: bits stay the
// same.
std::vector<std::string> differences(const Surroundings& then, const Surroundings& now);

struct Manifest {
  std::string created;  // "2026-11-21 10:52:56 UTC"
  Position position;
  std::optional<Rank> rank;  // none: no candidate for the best
  Table callbacks;
  Table kernels;  // that were chosen by timing (training/kernel_choices.h); empty: none
  Surroundings surroundings;
  std::vector<FileRecord> files;
};

// The text of the file.
std::string manifest_text(const Manifest& manifest);
// Throws UserError (model) that begins with `name` for texts that are not complete and unchanged, and for those of
// newer versions.
Manifest parse_manifest(std::string_view text, const std::string& name);

}  // namespace dltrain::training
