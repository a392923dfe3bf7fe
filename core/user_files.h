// Files of the user's, which may be reached by several names.
#pragma once

#include <string>
#include <string_view>

namespace dltrain {

// Durably, all or nothing (write_file_durably); the file that a symbolic link leads to, with the permissions it has.
// Throws UserError (io).
void rewrite_file(const std::string& path, std::string_view text);

// Whether two paths lead to one file or folder that is there.
bool is_same_file(const std::string& a, const std::string& b);

}  // namespace dltrain
