#include "core/version.h"

namespace dltrain {

std::string version() { return DLTRAIN_VERSION; }

}  // namespace dltrain
