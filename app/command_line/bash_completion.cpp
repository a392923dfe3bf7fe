// Completion for bash 4 and newer.
#include "app/command_line/completion.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

constexpr const char* start = R"bash(# Completion of dltrain in bash, made by: dltrain completion bash
# To have it now: source <(dltrain completion bash)

_dltrain_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }
_dltrain_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}
_dltrain_folders() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -d -- "$cur")
}
_dltrain_recipes() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -d -- "$cur"; compgen -f -X '!*.toml' -- "$cur")
}
_dltrain_names() {
  _dltrain_recipes
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(dltrain completion names 2>/dev/null)" -- "$cur")
}

_dltrain() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ ${COMP_WORDS[i]} == -* ]] || { command=${COMP_WORDS[i]} && break; }
  done
)bash";

std::string action(const Option& option) {
  switch (option.offer_) {
    case Offer::nothing: return "return";
    case Offer::files: return "_dltrain_files";
    case Offer::folders: return "_dltrain_folders";
    case Offer::recipes: return "_dltrain_recipes";
    case Offer::recipes_or_names: return "_dltrain_names";
    case Offer::choices: return "_dltrain_words " + shell_quoted(join(option.choices_, " "));
  }
  return "return";
}

std::string option_words(const std::vector<Option>& options) {
  std::string words;
  for (const Option& option : options) {
    if (option.is_argument() || option.hidden_) continue;
    words += " " + option.name_ + (option.letter_.empty() ? "" : " " + option.letter_);
  }
  return words;
}

}  // namespace

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string bash_completion(const CommandLine& line) {
  const std::string shared = "--help -h" + option_words(line.shared.options);
  std::string commands;
  for (const Command& command : line.commands) commands += command.name + " ";
  std::string text = start;
  text += "  if [[ -z $command ]]; then\n    _dltrain_words " + shell_quoted(commands + "--version " + shared) +
          "\n    return\n  fi\n  case \"$command $prev\" in\n";
  for (const Command& command : line.commands) {
    for (const Option& option : command.options) {
      if (option.is_argument() || option.is_flag()) continue;
      const std::string letter =
          option.letter_.empty() ? "" : " | " + shell_quoted(command.name + " " + option.letter_);
      text +=
          "    " + shell_quoted(command.name + " " + option.name_) + letter + ") " + action(option) + "; return ;;\n";
    }
  }
  text += "  esac\n  if [[ $cur == -* ]]; then\n    case $command in\n";
  for (const Command& command : line.commands)
    text += "      " + command.name + ") _dltrain_words " +
            shell_quoted("--help -h" + option_words(line.shared_options(&command)) + option_words(command.options)) +
            " ;;\n";
  text += "    esac\n    return\n  fi\n  case $command in\n";
  for (const Command& command : line.commands) {
    for (const Option& option : command.options) {
      if (!option.is_argument()) continue;
      text += "    " + command.name + ") " + action(option) + " ;;\n";
      break;  // where there are several, they are of one kind
    }
  }
  return text + "  esac\n}\ncomplete -F _dltrain dltrain\n";
}

}  // namespace dltrain::app
