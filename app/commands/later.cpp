// Commands of the design that this version does not have yet: known by name, answered as an error.
#include "app/command_line/command.h"
#include "core/diagnostic.h"

namespace dltrain::app {

void register_later(CommandLine& line) {
  for (const std::string name : {"migrate"}) {
    Command& command = line.add(Group::look_up, name, "not available yet");
    command.hidden = true;
    command.run = [name](const CommonOptions&) -> ExitCode {
      throw UserError(ExitCode::recipe, "dltrain " + name, "this command is not available yet",
                      "dltrain --help lists what this version has");
    };
  }
}

}  // namespace dltrain::app
