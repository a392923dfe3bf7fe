// What the parser of the command line says, in our words.
#pragma once

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace dltrain::app {

// Throws UserError (recipe): which command, what is wrong, the nearest name.
[[noreturn]] void refuse(const CLI::App& app, const CLI::ParseError& error);

}  // namespace dltrain::app
