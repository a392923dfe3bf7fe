// dltrain_fuzz_recipes SECONDS SEED FOLDER...: gives the reader of recipes texts that nobody wrote, changed from those of
// the folders (*.toml), and stops at the first that does anything but answer. Build it with sanitizers (README.md). The
// text that is being read lies in fuzz-last.toml, so that it is there after a crash.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "core/files.h"
#include "tests/support/hostile_recipe.h"

namespace {

using dltrain::ExitCode;

constexpr double slow = 20;  // seconds; with sanitizers all takes ten times as long

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<std::string> texts_of(int count, char** folders) {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) {
    for (const std::string& name : dltrain::list_directory(folders[i], ExitCode::io)) {
      if (name.ends_with(".toml")) texts.push_back(dltrain::read_text(folders[i] + ("/" + name), ExitCode::io));
    }
  }
  return texts;
}

// Unflushed and unsynced on purpose: a crash of this process does not lose what the system has.
void keep(const std::string& text) {
  std::FILE* file = std::fopen("fuzz-last.toml", "wb");
  if (file == nullptr) std::abort();
  std::fwrite(text.data(), 1, text.size(), file);
  std::fclose(file);
}

}  // namespace

int main(int count, char** words) {
  if (count < 4) {
    std::fprintf(stderr, "dltrain_fuzz_recipes SECONDS SEED FOLDER...\n");
    return 2;
  }
  const double seconds = std::atof(words[1]);
  const uint64_t seed = std::strtoull(words[2], nullptr, 10);
  const std::vector<std::string> texts = texts_of(count - 3, words + 3);
  if (texts.empty()) return 2;
  const auto start = std::chrono::steady_clock::now();
  uint64_t number = 0, right = 0;
  double longest = 0;
  for (; seconds_since(start) < seconds; ++number) {
    const std::string text = dltrain::test::mutated(texts, seed, number);
    keep(text);
    const auto began = std::chrono::steady_clock::now();
    try {
      if (dltrain::test::read_hostile(text).empty()) ++right;
    } catch (const std::exception& error) {
      std::fprintf(stderr, "number %llu: %s\n", static_cast<unsigned long long>(number), error.what());
      return 1;
    }
    const double took = seconds_since(began);
    longest = took > longest ? took : longest;
    if (took > slow) {
      std::fprintf(stderr, "number %llu took %.1f s\n", static_cast<unsigned long long>(number), took);
      return 1;
    }
  }
  std::printf("%llu texts from %zu, %llu of them right recipes, in %.0f s; the longest took %.3f s\n",
              static_cast<unsigned long long>(number), texts.size(), static_cast<unsigned long long>(right),
              seconds_since(start), longest);
  return 0;
}
