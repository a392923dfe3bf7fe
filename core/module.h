// Modules: our own shared libraries beside the program, loaded when first needed, so that OpenCV, HDF5 or oneDNN cost
// nothing at start (an empty program starts in 1.4 ms; linked with Debian's OpenCV in 90).
#pragma once

#include <string>

namespace dltrain {

// The address of `symbol` (extern "C") in the module dltrain_<name>.so beside libdltrain.so. Throws UserError (device)
// if the module is not there or cannot be loaded; `purpose` says what for, e.g. "to read image files".
void* module_symbol(const std::string& name, const std::string& symbol, const std::string& purpose);
bool module_exists(const std::string& name);
// The folder that libdltrain.so lies in.
std::string library_folder();

template <class F> F* module_function(const std::string& name, const std::string& symbol, const std::string& purpose) {
  return reinterpret_cast<F*>(module_symbol(name, symbol, purpose));
}

}  // namespace dltrain
