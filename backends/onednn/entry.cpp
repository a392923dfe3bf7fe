// What the program finds in this module (backends/factory.cpp).
#include <string>

#include "backends/factory.h"
#include "backends/onednn/backend.h"
#include "backends/onednn/machine.h"

extern "C" {

// The caller owns the backend.
dltrain::backends::Backend* dltrain_open_onednn(const dltrain::backends::BackendOptions* options) {
  return new dltrain::backends::onednn::OnednnBackend(options->threads);
}

// "3.7.2", of the library that is loaded.
const char* dltrain_onednn_version() {
  static const std::string version = dltrain::backends::onednn::library_version();
  return version.c_str();
}
}
