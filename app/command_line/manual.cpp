#include "app/command_line/manual.h"

#include "app/command_line/help.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') out += "\\e";
    else if (c == '-') out += "\\-";
    else out += c;
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string entry(const std::string& heading_text, const std::string& text) {
  return ".TP\n.B " + escaped(heading_text) + "\n" + escaped(text) + "\n";
}

std::string options_text(const std::vector<Option>& options) {
  std::string text;
  for (const Option& option : options) {
    if (!option.hidden_) text += entry(heading(option), description(option));
  }
  return text;
}

std::string command_text(const Command& command) {
  std::string text = ".SS " + command.name + "\n.B " + escaped(usage(command)) + "\n.PP\n" + escaped(command.summary) +
                     ".\n" + options_text(command.options);
  if (!command.examples.empty()) {
    text += ".PP\n" + std::string(command.examples.size() > 1 ? "Examples:" : "Example:") + "\n.PP\n.nf\n.RS\n";
    for (const std::string& example : command.examples) text += escaped(example) + "\n";
    text += ".RE\n.fi\n";
  }
  for (const std::string& note : command.notes) text += ".PP\n" + escaped(note) + "\n";
  return text;
}

constexpr const char* ending = R"(.SH EXIT STATUS
.TP
.B 0
done
.TP
.B 1
a mistake of dltrain itself
.TP
.B 2
the command line or a recipe is wrong
.TP
.B 3
a data file is missing or wrong
.TP
.B 4
a weights, model or checkpoint file is missing or wrong
.TP
.B 5
the disk or a permission
.TP
.B 6
numbers that are not finite
.TP
.B 7
more memory than there is
.TP
.B 8
the device or its driver
.TP
.B 9
another process owns the folder of the run
.TP
.B 10
finished, but an expectation was not met
.TP
.B 130, 143
ended by SIGINT or SIGTERM
.SH ENVIRONMENT
.TP
.B DLTRAIN_DATA
where data are looked for that are not beside the recipe
.TP
.B NO_COLOR
no colours on the terminal
.SH FILES
.TP
.I runs/NAME/0001
the folder of a run: recipe, history, event files for TensorBoard, checkpoints, model
)";

}  // namespace

std::string manual_page(const CommandLine& line) {
  std::string text =
      ".\\\" Made by \"dltrain manual\"; do not edit.\n.TH DLTRAIN 1 \"\" \"dltrain\" \"User Commands\"\n.SH NAME\n"
      "dltrain \\- trains neural networks from recipes\n.SH SYNOPSIS\n.B dltrain\n.I COMMAND\n[options]\n.SH DESCRIPTION\n"
      "A recipe is a text file in TOML that says which data, which model and how to train; no program is written.\n"
      ".B dltrain fit\ntrains it,\n.B dltrain check\nsays what it takes,\n.B dltrain new\nwrites a first one from a look at your "
      "data.\n.B dltrain explain\ntells about everything that a recipe can name.\n.SH OPTIONS OF EVERY COMMAND\n" +
      entry("-h, --help", "what there is, and of a command what it takes") +
      entry("--version", "the versions of the program and its libraries") + options_text(line.shared_options(nullptr)) +
      ".SH COMMANDS\n";
  for (const Command& command : line.commands) text += command_text(command);
  return text + ending;
}

}  // namespace dltrain::app
