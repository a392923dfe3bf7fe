// Completion for fish.
#include "app/command_line/completion.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out + "'";
}

std::string action(const Option& option) {
  switch (option.offer_) {
    case Offer::nothing: return "";
    case Offer::files: return " -F";
    case Offer::folders: return " -a '(__fish_complete_directories)'";
    case Offer::recipes: return " -a '(__fish_complete_suffix .toml)'";
    case Offer::recipes_or_names:
      return " -a '(__fish_complete_suffix .toml; " + std::string(names_command) + " 2>/dev/null)'";
    case Offer::choices: return " -a " + quoted(join(option.choices_, " "));
  }
  return "";
}

std::string option_lines(const std::vector<Option>& options, const std::string& condition) {
  std::string text;
  for (const Option& option : options) {
    if (option.hidden_) continue;
    text += "complete -c dltrain" + condition;
    if (!option.is_argument()) {
      text += " -l " + option.name_.substr(2) + (option.letter_.empty() ? "" : " -s " + option.letter_.substr(1));
      if (!option.is_flag()) text += option.offer_ == Offer::files ? " -r" : " -x";
    }
    text += option.is_flag() ? "" : action(option);
    text += (option.is_argument() ? "" : " -d " + quoted(option.doc_)) + "\n";
  }
  return text;
}

}  // namespace

std::string fish_completion(const CommandLine& line) {
  std::string text =
      "# Completion of dltrain in fish, made by: dltrain completion fish\n"
      "# To have it always: dltrain completion fish > ~/.config/fish/completions/dltrain.fish\n\n"
      "complete -c dltrain -f\ncomplete -c dltrain -s h -l help -d 'what there is'\n"
      "complete -c dltrain -n __fish_use_subcommand -l version -d 'the versions of the program and its libraries'\n";
  text += option_lines(line.shared.options, "");
  for (const Command& command : line.commands)
    text += "complete -c dltrain -n __fish_use_subcommand -a " + command.name + " -d " + quoted(command.summary) + "\n";
  for (const Command& command : line.commands)
    text += option_lines(command.options, " -n " + quoted("__fish_seen_subcommand_from " + command.name));
  return text;
}

}  // namespace dltrain::app
