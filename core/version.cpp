#include "core/version.h"

namespace dltrain {

std::string version() { return DLTRAIN_VERSION; }

std::string version_and_build() {
#ifdef __clang__
  const std::string compiler = "Clang " __clang_version__;
#else
  const std::string compiler = "GCC " __VERSION__;
#endif
#ifdef __OPTIMIZE__
  return version() + " (" + compiler + ", optimized)";
#else
  return version() + " (" + compiler + ", not optimized)";
#endif
}

}  // namespace dltrain
