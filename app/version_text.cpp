#include "app/version_text.h"

#include "core/version.h"

namespace dltrain::app {

std::string version_text() { return "dltrain " + version() + "\nbuilt with " DLTRAIN_BUILT_WITH; }

}  // namespace dltrain::app
