// dltrain completion: scripts for the tab key.
#include "app/command_line/completion.h"

#include <algorithm>
#include <cstdio>

#include "app/reference_catalogue.h"
#include "core/diagnostic.h"
#include "core/read_fields.h"
#include "core/text.h"
#include "training/hints/rule.h"

namespace dltrain::app {

namespace {

struct CompletionOptions {
  std::string shell;
};

// Everything that explain knows by name, a line each.
std::string all_names() {
  std::vector<std::string> names;
  for (const std::string& family : reference_catalogue().families()) {
    names.push_back(family);
    for (const std::string& name : reference_catalogue().names(family)) names.push_back(name);
  }
  for (const auto& [code, page] : training::hints::pages()) names.push_back(code);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string text;
  for (const std::string& name : names) {
    if (name.find(' ') == std::string::npos) text += name + "\n";
  }
  return text;
}

ExitCode completion(const CompletionOptions& options) {
  const CommandLine line;
  std::string text;
  if (options.shell == "bash") text = bash_completion(line);
  else if (options.shell == "zsh") text = zsh_completion(line);
  else if (options.shell == "fish") text = fish_completion(line);
  else if (options.shell == "names") text = all_names();
  if (text.empty()) {
    Diagnostic error{Severity::error,
                     "unknown-name",
                     {},
                     "dltrain completion",
                     "there is no completion for " + quote(options.shell)};
    suggest(error, options.shell, {"bash", "zsh", "fish"});
    throw UserError(ExitCode::recipe, {std::move(error)});
  }
  std::fputs(text.c_str(), stdout);
  return ExitCode::ok;
}

}  // namespace

void register_completion(CommandLine& line) {
  Command& command = line.add(Group::look_up, "completion", "what the tab key offers, as a script for a shell");
  CompletionOptions& options = command.values<CompletionOptions>();
  command.argument("SHELL", &options.shell, "bash, zsh or fish").required().choices({"bash", "zsh", "fish"});
  command.examples = {"source <(dltrain completion bash)", "dltrain completion zsh > ~/.zfunc/_dltrain",
                      "dltrain completion fish > ~/.config/fish/completions/dltrain.fish"};
  command.run = [&options](const CommonOptions&) { return completion(options); };
}

}  // namespace dltrain::app
