#include "app/command_line/parser.h"

#include <CLI/CLI.hpp>

#include "app/command_line/refusal.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

std::string names(const Option& option) {
  return option.letter_.empty() ? option.name_ : option.letter_ + "," + option.name_;
}

CLI::Option* bind(CLI::App& app, const Option& option) {
  return std::visit(
      [&](auto* target) -> CLI::Option* {
        if constexpr (std::is_same_v<decltype(target), bool*>) return app.add_flag(names(option), *target);
        else return app.add_option(names(option), *target);
      },
      option.target_);
}

// What is wrong with a number beyond its range; empty if nothing is.
std::string outside(const Option& option, const std::string& word) {
  const auto [low, high] = *option.range_;
  const auto number = parse_integer(word);
  if (!number || (*number >= low && *number <= high)) return {};  // what is no number is for the parser to say
  const bool open = high >= int64_t{1} << 30 && *number < low;
  return "must be " + (open ? "at least " + std::to_string(low) : std::to_string(low) + " to " + std::to_string(high)) +
         " (was " + word + ")";
}

void add(CLI::App& app, const Option& option) {
  CLI::Option* added = bind(app, option);
  if (option.required_) added->required();
  if (option.is_list() && !option.is_argument() && !option.several_values_)
    added->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  if (option.range_) {
    added->check([&option](const std::string& word) { return outside(option, word); });
  }
  if (!option.needs_.empty()) added->needs(option.needs_);
}

const Command* chosen(const CommandLine& line, const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? nullptr : line.find(commands.front()->get_name());
}

}  // namespace

Request parse(CommandLine& line, int argc, const char* const* argv) {
  CLI::App app{"", "dltrain"};
  app.require_subcommand(1);
  app.set_help_flag("-h,--help");
  app.set_version_flag("--version", std::string("version"));
  for (const Option& option : line.shared.options) add(app, option);
  app.fallthrough();
  for (const Command& command : line.commands) {
    CLI::App* added = app.add_subcommand(command.name);
    for (const Option& option : command.options) add(*added, option);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return {Request::Kind::help, chosen(line, app)};
  } catch (const CLI::CallForVersion&) {
    return {Request::Kind::version, nullptr};
  } catch (const CLI::ParseError& error) {
    refuse(app, error);
  }
  return {Request::Kind::command, chosen(line, app)};
}

}  // namespace dltrain::app
