// Completion for zsh.
#include "app/command_line/completion.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

// Inside of the description of _arguments.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string action(const Option& option) {
  switch (option.offer_) {
    case Offer::nothing: return " ";
    case Offer::files: return "_files";
    case Offer::folders: return "_files -/";
    case Offer::recipes: return "_files -g \"*.toml\"";
    case Offer::recipes_or_names: return "_dltrain_names";
    case Offer::choices: return "(" + join(option.choices_, " ") + ")";
  }
  return " ";
}

std::string option_lines(const std::vector<Option>& options, const std::string& indent) {
  std::string text;
  for (const Option& option : options) {
    if (option.hidden_) continue;
    const std::string value = option.is_flag() ? "" : ":" + escaped(option.value_) + ":" + action(option);
    if (option.is_argument()) {
      text += indent + shell_quoted((option.is_list() ? "*" : "") + value) + " \\\n";
      continue;
    }
    const std::string description = "[" + escaped(option.doc_) + "]" + value;
    for (const std::string& name : {option.letter_, option.name_}) {
      if (!name.empty()) text += indent + shell_quoted((option.is_list() ? "*" : "") + name + description) + " \\\n";
    }
  }
  return text;
}

}  // namespace

std::string zsh_completion(const CommandLine& line) {
  std::string text =
      "#compdef dltrain\n# Completion of dltrain in zsh, made by: dltrain completion zsh\n"
      "# Write it to a file called _dltrain in a folder of $fpath.\n\n"
      "_dltrain_names() {\n  local -a names\n  names=(${(f)\"$(" +
      std::string(names_command) +
      " 2>/dev/null)\"})\n  _files -g \"*.toml\"\n  compadd -a names\n}\n\n_dltrain() {\n  local context state line\n  typeset "
      "-A opt_args\n  local -a commands\n  commands=(\n";
  for (const Command& command : line.commands)
    text += "    " + shell_quoted(command.name + ":" + escaped(command.summary)) + "\n";
  text +=
      "  )\n  _arguments -C \\\n    '(-h --help)'{-h,--help}'[what there is]' \\\n    '--version[the versions of the program and its libraries]' \\\n" +
      option_lines(line.shared.options, "    ") +
      "    '1:command:->command' \\\n    '*::argument:->argument'\n  case $state in\n"
      "    command) _describe -t commands 'dltrain command' commands ;;\n    argument)\n      case $words[1] in\n";
  for (const Command& command : line.commands) {
    text += "        " + command.name + ")\n          _arguments \\\n" +
            option_lines(line.shared_options(&command), "            ") +
            option_lines(command.options, "            ") +
            "            '(-h --help)'{-h,--help}'[help]'\n          ;;\n";
  }
  return text + "      esac\n      ;;\n  esac\n}\n\n_dltrain \"$@\"\n";
}

}  // namespace dltrain::app
