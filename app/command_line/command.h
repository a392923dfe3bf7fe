// What the command line can say: commands with their arguments and options, each described once. The parser, the help,
// the completion of shells and the manual page are made from this description.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "app/options.h"
#include "core/exit_code.h"

namespace dltrain::app {

// What a shell offers for a value.
enum class Offer {
  nothing,
  files,
  folders,
  recipes,           // files that end in .toml
  recipes_or_names,  // those, and everything that explain knows
  choices,           // Option::choices_
};

// Where a value goes; its type says what is read.
using Target = std::variant<bool*, std::string*, int64_t*, std::optional<int64_t>*, std::optional<double>*,
                            std::vector<std::string>*>;

struct Option {
  std::string name_;   // "--epochs", or of an argument "RECIPE"
  std::string letter_;  // "-q"; usually none
  std::string value_;  // what help calls the value: "N"; empty for a flag
  std::string doc_;
  Target target_;
  bool required_ = false;
  bool hidden_ = false;
  bool several_values_ = false;  // of one use; else a list grows by one with each use
  std::optional<std::pair<int64_t, int64_t>> range_;
  std::string needs_;  // another option
  std::string shown_default_;
  Offer offer_ = Offer::nothing;
  std::vector<std::string> choices_;

  bool is_argument() const { return !name_.starts_with('-'); }
  bool is_flag() const { return std::holds_alternative<bool*>(target_); }
  bool is_list() const { return std::holds_alternative<std::vector<std::string>*>(target_); }

  Option& letter(std::string text) { return letter_ = std::move(text), *this; }
  Option& value(std::string text) { return value_ = std::move(text), *this; }
  Option& required() { return required_ = true, *this; }
  Option& hidden() { return hidden_ = true, *this; }
  Option& several_values() { return several_values_ = true, *this; }
  Option& range(int64_t low, int64_t high) { return range_ = {low, high}, *this; }
  Option& at_least_one() { return range(1, int64_t{1} << 30); }
  Option& needs(std::string option) { return needs_ = std::move(option), *this; }
  Option& show_default();  // the value that the target has now
  Option& offer(Offer what) { return offer_ = what, *this; }
  // What a shell offers; whether a value is one of them is for the command to say.
  Option& choices(std::vector<std::string> names) {
    return choices_ = std::move(names), offer_ = Offer::choices, *this;
  }
};

// The order of the help.
enum class Group {
  write,   // recipes
  train,
  use,     // trained models and runs
  look_up,
};
std::string title(Group group);

struct Command {
  std::string name;
  Group group = Group::look_up;
  std::string summary;  // one clause, no full stop
  std::vector<std::string> examples;
  std::vector<std::string> notes;  // below the examples, a line or more each
  std::vector<Option> options;     // arguments among them
  bool hidden = false;
  bool json = false;               // whether it knows --json
  std::function<ExitCode(const CommonOptions&)> run;

  // The command's values, which live as long as it does; options are bound to them.
  template <class Values>
  Values& values() {
    auto owned = std::make_shared<Values>();
    values_ = owned;
    return *owned;
  }
  // What is returned is for the rest of the statement only: adding another one may move it.
  Option& argument(std::string called, Target target, std::string doc);
  Option& option(std::string called, Target target, std::string value, std::string doc);
  Option& flag(std::string called, bool& target, std::string doc);

 private:
  std::shared_ptr<void> values_;
};

// All commands, and the options that each of them takes. Options point into it: it stays where it is.
struct CommandLine {
  CommonOptions common;
  Command shared;  // only its options
  std::deque<Command> commands;

  CommandLine();  // with every command, in the order of the help
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  Command& add(Group group, std::string name, std::string summary);
  const Command* find(const std::string& name) const;
  // The commands that know --json: "check, compare, ..."; or the others.
  std::string commands_by_json(bool known) const;
  // The options that each command takes, as a command's help shows them, or for all: --json is not of every one.
  std::vector<Option> shared_options(const Command* command) const;
};

// Options that several commands have.
void add_recipe(Command& command, RecipeOptions& options);         // RECIPE and the changes
void add_changes_to_recipe(Command& command, RecipeOptions& options);  // --set and what is short for it
Option& add_device(Command& command, std::string& device);

// Generated from the list of files: calls register_<stem>(CommandLine&) of every file in app/commands.
void register_all(CommandLine& registry);

}  // namespace dltrain::app
