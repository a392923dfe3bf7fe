// Pictures by Graphviz' program dot, which is started where it is installed: its library would bring 40 others along.
#pragma once

#include <string>

namespace dltrain::app {

// Throws UserError (io) where dot is not installed.
void check_graphviz();
// Writes the picture of a graph in DOT ("svg" or "png") to `path`. Throws UserError (io).
void write_graphviz_picture(const std::string& dot, const std::string& format, const std::string& path);

}  // namespace dltrain::app
