#include "app/command_line/refusal.h"

#include <CLI/CLI.hpp>

#include "core/diagnostic.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// The command that was being parsed when something went wrong.
const CLI::App& active(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? app : *commands.front();
}

// The parser's own words for values, in ours: "Could not convert: --epochs = three", "--epochs: 1 required N missing".
std::string value_problem(const CLI::ParseError& error) {
  const std::string text = error.what();
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    const size_t name = text.find("--");
    const size_t equals = text.find(" = ");
    if (name != std::string::npos && equals != std::string::npos && name < equals) {
      return text.substr(name, equals - name) + " takes a number (was " + quote(text.substr(equals + 3)) + ")";
    }
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr && text.starts_with("--"))
    return text.substr(0, text.find(':')) + " needs a value";
  if (const size_t colon = text.find(": must be "); colon != std::string::npos)
    return text.substr(0, colon) + text.substr(colon + 1);
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) return text.substr(0, text.find(' ')) + " is missing";
  if (const size_t needs = text.find(" requires --"); needs != std::string::npos)
    return text.substr(0, needs) + " goes with " + text.substr(needs + 10) + " only";
  return text;
}

}  // namespace

void refuse(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = active(app);
  const bool at_top = &command == &app;
  const std::string who = at_top ? "dltrain" : "dltrain " + command.get_name();
  std::string help = at_top ? "dltrain --help lists the commands" : who + " --help lists its options";
  std::string what = value_problem(error);
  const std::vector<std::string> extras = app.remaining(true);
  const bool no_command = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && at_top;
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr || (no_command && !extras.empty())) {
    const std::string word = extras.empty() ? "" : extras.front();
    std::vector<std::string> known = option_names(command);
    if (at_top && !word.starts_with('-')) {
      known.clear();
      for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
        known.push_back(sub->get_name());
    }
    what = (word.starts_with('-') ? "there is no option \""
            : at_top              ? "there is no command \""
                                  : "there is an argument too many: \"") +
           word + "\"";
    if (const auto near = nearest(word.substr(0, word.find('=')), known)) help = "did you mean " + *near + "? " + help;
  } else if (no_command) {
    what = "a command is missing";
  }
  throw UserError(ExitCode::recipe, "command-line", who, what, help);
}

}  // namespace dltrain::app
