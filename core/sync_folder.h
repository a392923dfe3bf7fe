// The last step of writing durably.
#pragma once

#include <string>

namespace dltrain {

// Until new, renamed and removed names in a folder ("": the working directory) are on the disk. Throws UserError (io).
void sync_folder(const std::string& folder);

}  // namespace dltrain
