// The rules of the house that a compiler does not check: which folder may include which, where each library's headers
// are used, and that nothing goes to the disk but through core/files.h.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/files.h"
#include "core/text.h"
#include "tests/support/paths.h"

namespace dltrain::test {

namespace {

// A folder may include itself and these.
const std::map<std::string, std::set<std::string>> allowed = {
    {"core", {}},
    {"graph", {"core"}},
    {"backends", {"graph", "core"}},
    {"layers", {"graph", "core"}},
    {"models", {"layers", "graph", "core"}},
    {"formats", {"core"}},
    {"datasets", {"formats", "core"}},
    {"training", {"models", "layers", "backends", "graph", "datasets", "formats", "core"}},
    {"app", {"training", "models", "layers", "backends", "graph", "datasets", "formats", "core"}},
};

// The only folder that may include a library's headers.
const std::vector<std::pair<std::string, std::string>> homes = {
    {"toml++/", "models/recipe"},
    {"H5", "formats/hdf5"},
    {"hdf5", "formats/hdf5"},
    {"opencv2/", "formats/images"},
    {"google/protobuf/", "formats/tfevents"},
    {"nlohmann/", "formats/json"},
    {"dnnl", "backends/onednn"},
    {"hwy/", "backends/onednn"},
    {"oneapi/dnnl/", "backends/onednn"},
    {"cuda.h", "backends/cuda"},
    {"cudnn", "backends/cuda"},
    {"cublas", "backends/cuda"},
    {"CLI/", "app"},
    {"zlib.h", "formats"},
};

struct SourceFile {
  std::string name;  // "graph/ops/matmul.cpp"
  std::string text;
};

void collect(const std::string& root, const std::string& folder, std::vector<SourceFile>& files) {
  for (const std::string& name : list_directory(root + "/" + folder, ExitCode::io)) {
    const std::string path = folder + "/" + name;
    if (is_directory(root + "/" + path)) collect(root, path, files);
    else if (name.ends_with(".cpp") || name.ends_with(".h"))
      files.push_back({path, read_text(root + "/" + path, ExitCode::io)});
  }
}

const std::vector<SourceFile>& sources() {
  static const std::vector<SourceFile> files = [] {
    std::vector<SourceFile> found;
    for (const auto& [folder, others] : allowed) collect(source_path(""), folder, found);
    return found;
  }();
  return files;
}

// The texts between the quotes or brackets of #include lines.
std::vector<std::string> includes(const std::string& text) {
  std::vector<std::string> found;
  for (const std::string& line : split(text, '\n')) {
    if (!line.starts_with("#include")) continue;
    const size_t begin = line.find_first_of("\"<");
    if (begin == std::string::npos) continue;
    found.push_back(line.substr(begin + 1, line.find_first_of("\">", begin + 1) - begin - 1));
  }
  return found;
}

std::string first_part(const std::string& path) { return path.substr(0, path.find('/')); }

}  // namespace

TEST_CASE("includes go one way through the house") {
  REQUIRE(sources().size() > 100);
  for (const SourceFile& file : sources()) {
    const std::string from = first_part(file.name);
    for (const std::string& include : includes(file.text)) {
      const std::string to = first_part(include);
      if (!allowed.contains(to) || to == from) continue;
      INFO(file.name << " includes " << include);
      CHECK(allowed.at(from).contains(to));
    }
  }
}

TEST_CASE("each library is used in one folder") {
  for (const SourceFile& file : sources()) {
    for (const std::string& include : includes(file.text)) {
      for (const auto& [prefix, home] : homes) {
        if (!include.starts_with(prefix) || allowed.contains(first_part(include))) continue;
        INFO(file.name << " includes " << include << ", which belongs to " << home);
        CHECK(file.name.starts_with(home + "/"));
      }
    }
  }
}

TEST_CASE("nothing but core/files.cpp opens, writes, renames or removes files") {
  const std::vector<std::string> calls = {"std::ofstream", "std::ifstream",   "fopen(",
                                          " ::open(",      "::rename(",       "::unlink(",
                                          "::mkdir(",      "std::filesystem", "std::remove("};
  for (const SourceFile& file : sources()) {
    if (file.name == "core/files.cpp" || file.name == "core/folder_lock.cpp")
      continue;  // a lock is a descriptor that stays open
    for (const std::string& call : calls) {
      INFO(file.name << " calls " << call);
      CHECK(file.text.find(call) == std::string::npos);
    }
  }
}

TEST_CASE("source files say what they are for, and carry no promises for later") {
  for (const SourceFile& file : sources()) {
    INFO(file.name);
    CHECK(file.text.find("TODO") == std::string::npos);
    CHECK(file.text.find("FIXME") == std::string::npos);
    if (file.name.ends_with(".h")) CHECK((file.text.starts_with("// ") || file.text.starts_with("#pragma once")));
  }
}

}  // namespace dltrain::test
