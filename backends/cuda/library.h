// Libraries of NVIDIA's that the backend opens when a model first needs them: none is linked, so that a recipe without
// convolutions runs without cuDNN, and one that is missing is a sentence and not a failure of the loader.
#pragma once

#include <cstddef>
#include <string>

#include "backends/cuda/symbols.h"

namespace dltrain::backends::cuda {

struct LibraryName {
  std::string title;  // "cuBLASLt 13"
  std::string file;   // "libcublasLt.so.13"
  std::string comes;  // what it comes with, e.g. "the CUDA toolkit 13"
};

// Looked for where the loader looks, then in DLTRAIN_CUDA_HOME, in what scripts/setup --cuda has made, and where toolkits
// are installed. Stays open: such libraries cannot be unloaded. Throws UserError (device) if it is in none of these
// places, or there but not to be loaded.
void* open_library(const std::string& device, const LibraryName& library);

// Opens the first file whose name begins so, of those beside the toolkit's libraries: for a library that looks for a part of
// itself by name, where the loader looks only. Nothing happens if there is none.
void open_part(const std::string& beginning);

// Throws UserError (device) if a function was not found.
void expect_functions(const std::string& device, const LibraryName& library, const Symbols& symbols);
// "9.12.0" for 91200, as these libraries count.
std::string dotted_version(size_t version);
// Throws UserError (device) if the version is older than `least`.
void expect_version(const std::string& device, const LibraryName& library, size_t version, size_t least);

// Throws UserError (device): the library is there, but does not start on the GPU for this reason.
[[noreturn]] void refuse_start(const std::string& device, const std::string& title, const std::string& reason);

}  // namespace dltrain::backends::cuda
