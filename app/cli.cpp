#include "app/cli.h"

#include <algorithm>
#include <cstdio>

#include "app/command_line/help.h"
#include "app/command_line/parser.h"
#include "app/messages.h"
#include "app/progress.h"
#include "app/version_text.h"
#include "core/diagnostic.h"

namespace dltrain::app {

ExitCode run(int argc, char** argv) {
  CommandLine line;
  const Request request = parse(line, argc, argv);
  const size_t width = std::min<size_t>(terminal_width(), 100);
  if (request.kind == Request::Kind::version) {
    std::printf("%s\n", version_text().c_str());
    return ExitCode::ok;
  }
  if (request.kind == Request::Kind::help) {
    std::fputs((request.command == nullptr ? help_text(line, width) : help_text(line, *request.command, width)).c_str(),
               stdout);
    return ExitCode::ok;
  }
  if (line.common.github) annotate_for_github();
  if (line.common.json && !request.command->json)
    throw UserError(ExitCode::recipe, "command-line", "dltrain " + request.command->name, "it has nothing for --json",
                    "leave it out; with --json: " + line.commands_by_json(true));
  return request.command->run(line.common);
}

}  // namespace dltrain::app
