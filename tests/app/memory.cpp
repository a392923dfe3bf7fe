// The memory that fit announces before training is what training takes: the high-water mark after two epochs (60 steps,
// a checkpoint), less that of a model of next to nothing on the same data. (tests/training/memory.cpp measures within
// one process.)
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "core/text.h"
#include "tests/app/process.h"
#include "tests/support/paths.h"
#include "tests/support/sanitizer.h"

namespace dltrain::test {

namespace {

constexpr const char* recipe = R"(
[data]
type = "digits"
[model]
layers = [
  "Flatten",
  { name = "a", type = "Dense", units = 2560, activation = "relu" },
  { name = "b", type = "Dense", units = 2560, activation = "relu" },
  { name = "c", type = "Dense", units = 2560, activation = "relu" },
  { type = "Dense", units = 10, activation = "softmax" },
]
[train]
epochs = 1000
batch_size = 128
loss = "sparse_categorical_crossentropy"
)";

// The number before `unit` after `name` at the start of a line.
double after(const std::string& text, const std::string& name, const std::string& unit) {
  for (const std::string& line : split(text, '\n')) {
    const size_t end = line.find(unit);
    if (line.starts_with(name) && end != std::string::npos)
      return std::strtod(line.substr(name.size(), end - name.size()).c_str(), nullptr);
  }
  return -1;
}

// The memory that the line `line_start` says in MiB, and what it says that saving takes beside that.
double with_saving(const std::string& text, const std::string& line_start) {
  const double plain = after(text, line_start, "MiB");
  for (const std::string& line : split(join(split(text, '\n'), " "), ')')) {
    const size_t unit = line.find(" more while it is saved");
    if (!line.starts_with(", ") || unit == std::string::npos) continue;
    const double more = std::strtod(line.c_str() + 2, nullptr);
    return plain + (line.substr(0, unit).ends_with("KiB") ? more / 1024 : more);
  }
  return -1;
}

struct Memory {
  double announced = 0;  // MiB, with a checkpoint
  double highest = 0;
};

Memory memory_of_fit(const std::vector<std::string>& changes) {
  using namespace std::chrono_literals;
  const TemporaryFolder folder;
  write_file_durably(folder.file("wide.toml"), recipe);
  std::vector<std::string> words = {program_path(), "fit", "wide.toml", "--run", "run"};
  words.insert(words.end(), changes.begin(), changes.end());
  Process process(words, folder.path());
  const std::string history = folder.file("run/history.csv");
  for (int i = 0; i < 6000 && process.running(); ++i) {
    if (exists(history) && split(read_text(history, ExitCode::io), '\n').size() > 3) break;
    std::this_thread::sleep_for(10ms);
  }
  Memory memory;
  memory.highest =
      after(read_text("/proc/" + std::to_string(process.id()) + "/status", ExitCode::io), "VmHWM:", "kB") / 1024;
  process.send(SIGKILL);
  memory.announced = with_saving(process.wait().err, "memory");
  return memory;
}

}  // namespace

TEST_CASE("the announced memory is within 5 % of the measured one") {
  if (watches_memory) SKIP("a build with the address sanitizer takes more");
  const Memory nothing =
      memory_of_fit({"--set", "layers.a.units=1", "--set", "layers.b.units=1", "--set", "layers.c.units=1"});
  const Memory wide = memory_of_fit({});
  const double announced = wide.announced - nothing.announced;
  const double measured = wide.highest - nothing.highest;
  INFO("announced " << announced << " MiB, measured " << measured << " MiB");
  REQUIRE(measured > 300);
  CHECK(announced > 0.95 * measured);
  CHECK(announced < 1.05 * measured);
}

}  // namespace dltrain::test
