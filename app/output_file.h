// Files that a command writes at its end.
#pragma once

#include <string>

namespace dltrain::app {

// Throws UserError (io) now if `path` could not be written later, so that no work is lost. What is there stays as it is,
// what is not there stays missing; "" is no file.
void check_output_file(const std::string& path);

}  // namespace dltrain::app
