// The file layer when calls fail, the process is killed and the power is lost: a file has its old or its new bytes, at
// every moment. Also shows that the kit itself does what the other tests rely on.
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/folder_lock.h"
#include "core/staged_file.h"
#include "tests/faults/disk.h"
#include "tests/faults/faulty.h"
#include "tests/faults/recording.h"
#include "tests/support/files.h"

namespace dltrain::test {

namespace {

const std::string old_bytes(3000, 'o');
const std::string new_bytes(5000, 'n');

void end_with(const UserError& error) {
  std::fputs(error.what(), stderr);
  std::exit(static_cast<int>(error.code()));
}

// Runs until a fault ends it: the kill, or the error's exit code.
template <class F> void reporting(F f) {
  try {
    f();
  } catch (const UserError& error) {
    end_with(error);
  }
}

const std::vector<std::string> writers = {"writes durably", "writes staged"};

std::string log_path(const TemporaryFolder& folder) { return folder.file("log"); }

// An empty folder below that one: the root of the faults.
std::string root_of(const TemporaryFolder& folder) {
  create_directories(folder.file("root"));
  return folder.file("root");
}

// A message without its line breaks, which may be within a path.
std::string one_line(const std::string& message) {
  std::string line;
  for (size_t at = 0; at < message.size(); ++at) {
    if (message[at] != '\n') line += message[at];
    else
      while (at + 1 < message.size() && message[at + 1] == ' ') ++at;
  }
  return line;
}

}  // namespace

TEST_CASE("writes durably", "[.]") {
  reporting([] {
    write_file_durably(hidden_folder() + "/a", old_bytes);
    write_file_durably(hidden_folder() + "/a", new_bytes);
  });
}

TEST_CASE("writes staged", "[.]") {
  reporting([] {
    for (const std::string* bytes : {&old_bytes, &new_bytes}) {
      StagedFile staged(hidden_folder() + "/a");
      OutputFile file(staged.path(), OutputFile::Mode::truncate);
      file.write(bytes->substr(0, 700));
      file.write(bytes->substr(700));
      file.close();
      staged.commit();
    }
  });
}

TEST_CASE("writes carelessly", "[.]") {
  reporting([] {
    write_file_durably(hidden_folder() + "/a", old_bytes);
    OutputFile file(hidden_folder() + "/b", OutputFile::Mode::truncate);
    file.write(new_bytes);
    file.close();
    rename_file(hidden_folder() + "/b", hidden_folder() + "/a");
  });
}

TEST_CASE("locks twice", "[.]") {
  reporting([] {
    const FolderLock lock(hidden_folder());
    const FolderLock second(hidden_folder());
  });
}

TEST_CASE("is killed with the lock", "[.]") {
  reporting([] {
    const FolderLock lock(hidden_folder());
    write_file_durably(hidden_folder() + "/a", old_bytes);
  });
}

TEST_CASE("a file has old or new bytes whenever its writer is killed") {
  for (const std::string& writer : writers) {
    const TemporaryFolder counted;
    const Ended whole = hidden_with_faults(writer, root_of(counted), "count=" + counted.file("count"));
    REQUIRE(whole.code == 0);
    const uint64_t changes = read_counters(counted.file("count")).changes;
    REQUIRE(changes >= 8);
    for (uint64_t n = 1; n <= changes; ++n) {
      for (const char* when : {"", ",after", ",torn"}) {
        const TemporaryFolder folder;
        const Ended ended = hidden_with_faults(writer, root_of(folder), "crash@" + std::to_string(n) + when);
        INFO(writer << ", killed at operation " << n << when);
        CHECK(ended.code == 128 + 9);
        const std::string path = folder.file("root/a");
        const std::string bytes = exists(path) ? read_text(path, ExitCode::io) : "";
        CHECK((bytes == old_bytes || bytes == new_bytes || (bytes.empty() && n <= changes / 2 + 1)));
      }
    }
  }
}

TEST_CASE("a file has old or new bytes after every loss of power") {
  for (const std::string& writer : writers) {
    const TemporaryFolder folder;
    const Ended ended = hidden_with_faults(writer, root_of(folder), "record=" + log_path(folder));
    REQUIRE(ended.code == 0);
    const std::vector<Operation> log = read_recording(log_path(folder));
    REQUIRE(log.size() >= 8);
    Disk disk;
    std::set<std::string> seen;
    for (const Operation& operation : log) {
      disk.apply(operation);
      for (uint64_t seed = 0; seed < 25; ++seed) {
        const auto kind = static_cast<Survivors::Kind>(seed < 5 ? seed : 2 + 2 * (seed % 2));
        const DiskImage image = disk.after_power_loss({kind, seed});
        INFO(writer << " after " << operation.text() << ", kind " << static_cast<int>(kind));
        const auto file = image.files.find("a");
        const std::string bytes = file == image.files.end() ? "" : file->second;
        CHECK((bytes == old_bytes || bytes == new_bytes || file == image.files.end()));
        seen.insert(bytes.substr(0, 1));
      }
    }
    CHECK(seen == std::set<std::string>{"", "o", "n"});
    // Written durably means durably.
    const DiskImage last = disk.after_power_loss({});
    if (writer == "writes durably") CHECK(last.files == std::map<std::string, std::string>{{"a", new_bytes}});
  }
}

TEST_CASE("the loss of power shows a missing sync") {
  const TemporaryFolder folder;
  REQUIRE(hidden_with_faults("writes carelessly", root_of(folder), "record=" + log_path(folder)).code == 0);
  Disk disk;
  for (const Operation& operation : read_recording(log_path(folder))) disk.apply(operation);
  int mixed = 0;
  for (uint64_t seed = 0; seed < 30; ++seed) {
    for (const auto kind : {Survivors::Kind::random, Survivors::Kind::torn, Survivors::Kind::names_only}) {
      const std::string bytes = disk.after_power_loss({kind, seed}).files.at("a");
      if (bytes != old_bytes && bytes != new_bytes) ++mixed;
    }
  }
  CHECK(mixed > 30);
}

TEST_CASE("each failing call is reported and leaves the old bytes") {
  for (const std::string& writer : writers) {
    const TemporaryFolder counted;
    hidden_with_faults(writer, root_of(counted), "count=" + counted.file("count"));
    const uint64_t all = read_counters(counted.file("count")).all;
    for (uint64_t n = 1; n <= all; ++n) {
      for (const char* error : {"ENOSPC", "EIO", "EDQUOT"}) {
        for (const char* sticky : {"", ",sticky"}) {
          const TemporaryFolder folder;
          const std::string fault = "io:all=" + std::string(error) + "@" + std::to_string(n) + sticky;
          const Ended ended = hidden_with_faults(writer, root_of(folder), fault + ";count=" + folder.file("count"));
          INFO(writer << " with " << fault << ": " << ended.err);
          CHECK(read_counters(folder.file("count")).fired >= 1);
          const std::string path = folder.file("root/a");
          const std::string bytes = exists(path) ? read_text(path, ExitCode::io) : "";
          CHECK((bytes.empty() || bytes == old_bytes || bytes == new_bytes));
          if (ended.code == 0) continue;  // what cleans up may fail
          CHECK(ended.code == 5);
          CHECK(one_line(ended.err).find(folder.file("root")) != std::string::npos);
        }
      }
    }
  }
}

TEST_CASE("interrupted and short calls are continued") {
  for (const std::string& writer : writers) {
    for (const char* fault : {"short@1", "short@2", "short@3", "io:open=EINTR@1", "io:write=EINTR@2"}) {
      const TemporaryFolder folder;
      INFO(writer << " with " << fault);
      CHECK(hidden_with_faults(writer, root_of(folder), fault).code == 0);
      CHECK(read_text(folder.file("root/a"), ExitCode::io) == new_bytes);
    }
  }
}

TEST_CASE("without flock a folder is locked all the same") {
  const std::string no_flock = "io:flock=ENOLCK@1,sticky";
  const TemporaryFolder folder;
  const Ended refused = hidden_with_faults("locks twice", root_of(folder), no_flock);
  CHECK(refused.code == 9);
  CHECK(refused.err.find("process ") != std::string::npos);
  // Its exit released the lock; one that is killed leaves it behind.
  const Ended killed =
      hidden_with_faults("is killed with the lock", folder.file("root"), no_flock + ";crash@rename:a:1");
  CHECK(killed.code == 128 + 9);
  CHECK(exists(folder.file("root/.lock-exclusive")));
  CHECK(hidden_with_faults("is killed with the lock", folder.file("root"), no_flock).code == 0);
  CHECK_FALSE(exists(folder.file("root/.lock-exclusive")));
  CHECK(list_directory(folder.file("root"), ExitCode::io).size() == 2);  // a, and what the killed one was writing
}

TEST_CASE("a misspelt fault ends the program") {
  const TemporaryFolder folder;
  CHECK(hidden_with_faults("writes durably", root_of(folder), "io:wrte=ENOSPC@1").code == 99);
}

}  // namespace dltrain::test
