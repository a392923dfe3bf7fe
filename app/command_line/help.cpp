#include "app/command_line/help.h"

#include <algorithm>

#include "core/text.h"

namespace dltrain::app {

namespace {

constexpr size_t widest_heading = 26;

struct Row {
  std::string heading, text;
};

// Words of `text` in lines of `width` characters; a word that is longer has its own line.
std::vector<std::string> in_lines(const std::string& text, size_t width) {
  std::vector<std::string> lines(1);
  for (const std::string& word : split(text, ' ')) {
    std::string& line = lines.back();
    if (!line.empty() && line.size() + 1 + word.size() > width) lines.push_back(word);
    else line += (line.empty() ? "" : " ") + word;
  }
  return lines;
}

// Two columns; a heading that is too wide has a line for itself.
std::string table(const std::vector<Row>& rows, size_t width) {
  size_t column = 0;
  for (const Row& row : rows) column = std::max(column, std::min(row.heading.size(), widest_heading));
  std::string text;
  for (const Row& row : rows) {
    std::string line = "  " + row.heading;
    if (row.heading.size() > column) {
      text += line + "\n";
      line.clear();
    }
    for (const std::string& part : in_lines(row.text, std::max<size_t>(width, column + 24) - column - 4)) {
      line.resize(column + 4, ' ');
      text += line + part + "\n";
      line.clear();
    }
  }
  return text;
}

std::string options_table(const std::vector<Option>& options, bool arguments, size_t width,
                          std::vector<Row> rows = {}) {
  for (const Option& option : options) {
    if (option.is_argument() == arguments && !option.hidden_) rows.push_back({heading(option), description(option)});
  }
  return table(rows, width);
}

std::string section(const std::string& title, const std::string& body) {
  return body.empty() ? "" : "\n" + title + ":\n" + body;
}

std::string shared_options(const CommandLine& line, const Command* command, size_t width) {
  std::vector<Row> rows = {{"-h, --help", "this text"}};
  if (command == nullptr) rows.push_back({"--version", "the versions of the program and its libraries"});
  return options_table(line.shared_options(command), false, width, std::move(rows));
}

}  // namespace

std::string usage(const Command& command) {
  std::string text = "dltrain " + command.name + " [options]";
  for (const Option& option : command.options) {
    if (!option.is_argument() || option.hidden_) continue;
    const std::string name = option.name_ + (option.is_list() ? "..." : "");
    text += option.required_ ? " " + name : " [" + name + "]";
  }
  return text;
}

std::string heading(const Option& option) {
  if (option.is_argument()) return option.value_ + (option.is_list() ? "..." : "");
  std::string text = (option.letter_.empty() ? "" : option.letter_ + ", ") + option.name_;
  if (!option.value_.empty()) text += " " + option.value_;
  return text;
}

std::string description(const Option& option) {
  std::string text = option.doc_;
  if (option.range_ && option.range_->second < (int64_t{1} << 30))
    text += " (" + std::to_string(option.range_->first) + " to " + std::to_string(option.range_->second) + ")";
  if (!option.shown_default_.empty()) text += " [" + option.shown_default_ + "]";
  return text;
}

std::string help_text(const CommandLine& line, size_t width) {
  std::string text = "Trains neural networks from recipes.\n\nUsage: dltrain COMMAND [options]\n";
  for (const Group group : {Group::write, Group::train, Group::use, Group::look_up}) {
    std::vector<Row> rows;
    for (const Command& command : line.commands) {
      if (command.group == group && !command.hidden) rows.push_back({command.name, command.summary});
    }
    text += section(title(group), table(rows, width));
  }
  text += section("Options of every command", shared_options(line, nullptr, width));
  return text +
         "\nExamples:\n  dltrain fit recipes/digits.toml\n  dltrain evaluate runs/digits/0001\n"
         "  dltrain predict runs/iris/0001 --input flowers.csv --output species.csv\n  dltrain explain Conv2D\n"
         "dltrain COMMAND --help says more of a command.\n";
}

std::string help_text(const CommandLine& line, const Command& command, size_t width) {
  std::string text = "dltrain " + command.name + ": " + command.summary + "\n\nUsage: " + usage(command) + "\n";
  text += section("Arguments", options_table(command.options, true, width));
  text += section("Options", options_table(command.options, false, width));
  text += section("Options of every command", shared_options(line, &command, width));
  if (!command.examples.empty())
    text += "\n" + std::string(command.examples.size() > 1 ? "Examples" : "Example") + ":\n";
  for (const std::string& example : command.examples) text += "  " + example + "\n";
  for (const std::string& note : command.notes) {
    for (const std::string& part : in_lines(note, width)) text += part + "\n";
  }
  return text;
}

}  // namespace dltrain::app
