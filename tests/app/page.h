// A page of the documents as a reader follows it: its blocks of code, and its sessions at a shell, which can be played.
//
// A block begins with three backticks and a language. `toml` is a recipe or a part of one, `console` a session: lines with
// "$ " are commands, lines with "> " go on with them, the others are what is printed, "..." stands for lines left out.
// `title="NAME"` says that the block is the file NAME. A comment `<!-- prepare ... -->` holds commands that readers need not see.
#pragma once

#include <string>
#include <vector>

namespace dltrain::test {

struct PageBlock {
  std::string language;  // "prepare" for what readers do not see
  std::string title;
  std::string text;  // without the indentation of its fence
  int line = 0;  // of the page
};

std::vector<PageBlock> blocks_of(const std::string& page);

// One command of a session.
struct PageStep {
  std::string command;
  std::vector<std::string> shown;  // what the page says that it prints
  int line = 0;
};

std::vector<PageStep> steps_of(const std::vector<PageBlock>& blocks);

// What the step really did.
struct PlayedStep {
  std::string printed;  // both streams
  int code = 0;
};

// Plays all steps in one shell, in a folder that begins empty.
std::vector<PlayedStep> play_steps(const std::vector<PageStep>& steps, const std::string& folder);

// Whether lines are what a page shows. Blanks count as one. Numbers may differ a little, as machines do, and those with a unit of
// time, memory or speed altogether; numbers within words (places, tags, versions) may not.
bool as_shown(const std::vector<std::string>& shown, const std::vector<std::string>& printed);

}  // namespace dltrain::test
