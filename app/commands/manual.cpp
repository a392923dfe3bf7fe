// dltrain manual: the manual page of the program.
#include "app/command_line/manual.h"

#include <cstdio>

namespace dltrain::app {

void register_manual(CommandLine& line) {
  Command& command = line.add(Group::look_up, "manual", "the manual page, for man(1)");
  command.examples = {"dltrain manual > dltrain.1 && man ./dltrain.1"};
  command.run = [](const CommonOptions&) {
    std::fputs(manual_page(CommandLine()).c_str(), stdout);
    return ExitCode::ok;
  };
}

}  // namespace dltrain::app
