#include "tests/faults/faulty.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "core/files.h"

namespace dltrain::test {

std::vector<std::string> with_faults(const std::string& faults, const std::string& root,
                                     std::vector<std::string> words) {
  const std::vector<std::string> before = {
      "env", "LD_PRELOAD=" + join_path(parent_path(program_path()), "libdltrain_faults.so"),
      "DLTRAIN_FAULT_ROOT=" + root, "DLTRAIN_FAULT=" + faults};
  words.insert(words.begin(), before.begin(), before.end());
  return words;
}

Ended hidden_with_faults(const std::string& test_case, const std::string& folder, const std::string& faults) {
  std::vector<std::string> words =
      with_faults(faults, folder, {join_path(parent_path(program_path()), "dltrain_test_faults"), test_case});
  words.insert(words.begin() + 1, "DLTRAIN_TEST_FOLDER=" + folder);
  return Process(words, folder).wait();
}

std::string hidden_folder() {
  const char* folder = std::getenv("DLTRAIN_TEST_FOLDER");
  return folder != nullptr ? folder : throw std::runtime_error("this test case is run by others");
}

faults::Counters read_counters(const std::string& path) {
  const std::vector<std::byte> bytes = read_file(path, ExitCode::io);
  faults::Counters counters;
  if (bytes.size() != sizeof(counters)) throw std::runtime_error(path + " is not what the fault kit counts");
  std::memcpy(&counters, bytes.data(), sizeof(counters));
  return counters;
}

bool full_size() {
  const char* size = std::getenv("DLTRAIN_FAULTS");
  return size != nullptr && std::strcmp(size, "full") == 0;
}

int sized(int commit, int full) { return full_size() ? full : commit; }

}  // namespace dltrain::test
