// Whoever follows a page of docs/ or README.md gets what it says: every recipe is read by the program, every session at a shell is
// played and compared with what is shown, every command and option that is named exists. A page need not be named here: all are
// found. docs/errors is played by error_pages.cpp.
#include <cstdlib>
#include <map>
#include <set>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "core/files.h"
#include "core/text.h"
#include "tests/app/page.h"
#include "tests/app/process.h"

namespace dltrain::test {

namespace {

// Pages whose recipes and sessions another test follows: they need what these pages add to the program, or Keras.
const std::set<std::string> elsewhere = {"docs/how-to/add-a-callback.md", "docs/how-to/add-a-layer.md",  // tests/docs
                                         "docs/how-to/keras.md"};  // tests/interop/test_guide.py

// What a block may be. `sh` is for what a test cannot run: other programs, a build, a browser.
const std::set<std::string> languages = {"toml", "console", "sh", "text", "cpp", "python", "prepare"};

void collect(const std::string& folder, std::vector<std::string>& pages) {
  for (const std::string& name : list_directory(source_path(folder), ExitCode::io)) {
    const std::string path = folder + "/" + name;
    if (is_directory(source_path(path))) collect(path, pages);
    else if (name.ends_with(".md")) pages.push_back(path);
  }
}

std::vector<std::string> all_pages() {
  std::vector<std::string> pages = {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"};
  collect("docs", pages);
  return pages;
}

std::string page_text(const std::string& path) { return read_text(source_path(path), ExitCode::io); }

bool followed_here(const std::string& path) {
  return !elsewhere.contains(path) && (!path.starts_with("docs/errors/") || path.ends_with("README.md"));
}

bool is_whole(const std::string& recipe) {
  for (const char* section : {"\n[data]\n", "\n[model]\n", "\n[train]\n"}) {
    if (("\n" + recipe).find(section) == std::string::npos) return false;
  }
  return true;
}

// A block may show some sections; the others come from `whole`, and so does what is left out of [train].
std::string completed(const std::string& block, const std::string& whole) {
  std::string text = "\n" + block;
  std::string section;
  bool missing = false;
  for (const std::string& line : split(whole, '\n')) {
    if (line.starts_with("[") && line.find(']') != std::string::npos) {
      section = line.substr(1, line.find(']') - 1);
      missing = text.find("\n[" + section + "]") == std::string::npos &&
                text.find("\n[[" + section + ".") == std::string::npos;
    }
    const size_t equals = line.find(" = ");
    if (missing) text += line + "\n";
    else if (section == "train" && equals != std::string::npos &&
             text.find("\n" + line.substr(0, equals + 2)) == std::string::npos)
      text.insert(text.find("\n[train]\n") + 9, line + "\n");
  }
  const bool asks_for_validation = text.find("\"val_") != std::string::npos;
  if (asks_for_validation && text.find("[data.validation]") == std::string::npos)
    text += "\n[data.validation]\nsplit = 0.1\n";
  return text;
}

// The whole recipe that parts of a page belong to: its first one, else that of the README.
std::string whole_recipe(const std::vector<PageBlock>& blocks) {
  for (const PageBlock& block : blocks) {
    if (block.language == "toml" && is_whole(block.text)) return block.text;
  }
  const auto readme = blocks_of(page_text("README.md"));
  for (const PageBlock& block : readme) {
    if (block.language == "toml") return block.text;
  }
  FAIL("README.md has no recipe");
  return {};
}

std::vector<std::string> lines_of(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.empty() ? std::vector<std::string>{} : split(text, '\n');
}

bool shows_error(const PageStep& step) { return join(step.shown, "\n").find("error[") != std::string::npos; }

// `dltrain ...` in the text, and in blocks that are not run.
std::vector<std::string> named_commands(const std::string& page) {
  std::vector<std::string> commands;
  std::string text = page;
  for (const PageBlock& block : blocks_of(page)) {
    if (block.language != "sh") continue;
    for (const std::string& line : split(block.text, '\n')) {
      if (trim(line).starts_with("dltrain ")) commands.emplace_back(trim(line));
    }
  }
  for (size_t at = text.find("`dltrain "); at != std::string::npos; at = text.find("`dltrain ", at + 1))
    commands.push_back(text.substr(at + 1, text.find('`', at + 1) - at - 1));
  return commands;
}

// The help of a command, once for each; the exit code says whether there is one.
const Ended& help_of(const std::string& command) {
  static std::map<std::string, Ended> known;
  const auto found = known.find(command);
  if (found != known.end()) return found->second;
  const TemporaryFolder folder;
  return known[command] = dltrain_in(folder.path(), {command, "--help"});
}

// The words of the first program of a line of a shell, without what follows "|", "<" or ">".
std::vector<std::string> words_of_command(const std::string& line) {
  std::vector<std::string> words;
  for (const std::string& word : split(line, ' ')) {
    if (word == "|" || word == "<" || word == ">" || word == "#") break;
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

}  // namespace

TEST_CASE("blocks of pages say what they are, so that none is left out of these tests") {
  for (const std::string& path : all_pages()) {
    const std::string text = page_text(path);
    for (const PageBlock& block : blocks_of(text)) {
      INFO(path << ":" << block.line);
      CHECK(languages.contains(block.language));
      const bool has_command = ("\n" + block.text).find("\n$ ") != std::string::npos ||
                               ("\n" + block.text).find("\ndltrain ") != std::string::npos;
      if (block.language == "text") CHECK_FALSE(has_command);
      if (block.language == "console") CHECK(block.text.starts_with("$ "));
    }
    for (const std::string& line : split(text, '\n')) {
      INFO(path << ": a command is a block of its own: ```console");
      CHECK_FALSE((line.starts_with("    dltrain ") || line.starts_with("    scripts/")));
    }
  }
}

TEST_CASE("every recipe of the pages is a recipe") {
  size_t recipes = 0;
  for (const std::string& path : all_pages()) {
    if (!followed_here(path)) continue;
    const std::vector<PageBlock> blocks = blocks_of(page_text(path));
    const TemporaryFolder folder;
    for (const PageBlock& block : blocks) {
      if (block.language != "toml" || block.title.starts_with(".")) continue;
      const bool builds_on_another = block.text.find("extends = ") != std::string::npos;
      if (builds_on_another && !block.title.empty()) continue;  // its session reads it
      const std::string name = block.title.empty() ? "recipe-of-page.toml" : block.title;
      write_file_durably(folder.file(name), completed(block.text, whole_recipe(blocks)));
      const Ended ended = dltrain_in(folder.path(), {"explain", name, "--stage", "spec"});
      INFO(path << ":" << block.line << "\n" << block.text << ended.err);
      CHECK(ended.code == 0);
      CHECK(ended.err.empty());
      ++recipes;
    }
  }
  CHECK(recipes >= 40);
}

TEST_CASE("every session of the pages goes as it is shown") {
  const std::string path = GENERATE(from_range(all_pages()));
  if (!followed_here(path)) return;
  const std::vector<PageStep> steps = steps_of(blocks_of(page_text(path)));
  if (steps.empty()) return;
  DYNAMIC_SECTION(path) {
    const TemporaryFolder folder;
    const std::vector<PlayedStep> played = play_steps(steps, folder.path());
    REQUIRE(played.size() == steps.size());
    for (size_t i = 0; i < steps.size(); ++i) {
      INFO(path << ":" << steps[i].line << "\n$ " << steps[i].command << "\n" << played[i].printed);
      CHECK((played[i].code == 0 || shows_error(steps[i])));
      if (!steps[i].shown.empty()) CHECK(as_shown(steps[i].shown, lines_of(played[i].printed)));
    }
  }
}

TEST_CASE("every command and option that the pages name exists") {
  size_t commands = 0;
  for (const std::string& path : all_pages()) {
    for (const std::string& line : named_commands(page_text(path))) {
      INFO(path << ": " << line);
      const std::vector<std::string> words = words_of_command(line);
      size_t at = 1;
      while (at < words.size() && words[at].starts_with("-")) ++at;
      if (at == words.size() || words[at] == "COMMAND") continue;
      const std::string command(words[at].substr(0, words[at].find_first_of(",.;")));
      const Ended& help = help_of(command);
      CHECK(help.code == 0);
      for (const std::string& word : words) {
        if (word.starts_with("--") && word != "--markdown")
          CHECK(help.out.find(word.substr(0, word.find_first_of("=,.)"))) != std::string::npos);
      }
      ++commands;
    }
  }
  CHECK(commands >= 100);
}

TEST_CASE("every file of the repository that the pages name is there") {
  size_t files = 0;
  for (const std::string& path : all_pages()) {
    if (path.starts_with("docs/how-to/add-")) continue;  // the reader makes these
    const std::string text = page_text(path);
    for (const char* top : {"app", "backends", "benchmarks", "core", "datasets", "docs", "formats", "graph", "layers",
                            "models", "recipes", "scripts", "tests", "training"}) {
      const std::string opening = "`" + std::string(top) + "/";
      for (size_t at = text.find(opening); at != std::string::npos; at = text.find(opening, at + 1)) {
        const size_t end =
            text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-", at + 1);
        const std::string name = text.substr(at + 1, end - at - 1);
        if (text[end] == '*') continue;
        INFO(path << ": " << name);
        CHECK(exists(source_path(name)));
        ++files;
      }
    }
  }
  CHECK(files >= 20);
}

TEST_CASE("a page that says what is not so is noticed") {
  const std::string page =
      "<!-- prepare\necho here > file\n-->\n- In a list:\n\n  ```console\n  $ cat file\n  here\n  $ cat <<END\n  > a\n  > END\n"
      "  b\n  $ false\n  ```\n\n```text title=\"file\"\nthere\n```\n";
  const std::vector<PageBlock> blocks = blocks_of(page);
  REQUIRE(blocks.size() == 3);
  CHECK(blocks[1].language == "console");
  CHECK(blocks[1].line == 6);
  const std::vector<PageStep> steps = steps_of(blocks);
  const TemporaryFolder folder;
  const std::vector<PlayedStep> played = play_steps(steps, folder.path());
  REQUIRE(played.size() == 5);
  CHECK(as_shown(steps[1].shown, lines_of(played[1].printed)));
  CHECK(played[2].printed == "a\n");
  CHECK_FALSE(as_shown(steps[2].shown, lines_of(played[2].printed)));
  CHECK(steps[2].line == 9);
  CHECK(played[3].code == 1);
  CHECK(played[4].code != 0);  // the file is another one
}

TEST_CASE("pages are compared word by word, numbers as measurements are") {
  const auto same = [](const char* a, const char* b) { return as_shown({a}, {b}); };
  CHECK(same("epoch 1/20  loss 1.7653  0.0 s  719k samples/s", "epoch 1/20 loss 1.8 12.5 ms 5999 samples/s"));
  CHECK(same("3,441 samples (0: 339)", "3,441 samples (0: 340)"));
  CHECK_FALSE(same("digits.toml:12:63: error", "digits.toml:13:63: error"));
  CHECK_FALSE(same("test_accuracy 0.95", "test_accuracy 0.5"));
  CHECK_FALSE(same("epochs 20", "epochs 30"));
  CHECK_FALSE(same("loss 0.5", "loss nan"));
  CHECK(as_shown({"a", "...", "z"}, {"a", "b", "c", "z"}));
  CHECK(as_shown({"..."}, {}));
  CHECK_FALSE(as_shown({"a", "...", "z"}, {"a", "b", "c"}));
  CHECK_FALSE(as_shown({"a"}, {"a", "b"}));
}

}  // namespace dltrain::test
