// JSON and settings (core/setting.h): null is "none", objects are tables in the order of the text.
#pragma once

#include <string>
#include <string_view>

#include "core/exit_code.h"
#include "core/setting.h"

namespace dltrain::formats {

struct JsonLimits {
  uint64_t bytes = uint64_t{16} << 20;
  int depth = 64;
};

// Whole numbers become integers if they fit into 64 bits with sign, else reals. Throws UserError (`meaning`) that
// begins with `name`, for text that is not JSON (RFC 8259), duplicate keys, and limits.
Setting parse_json(std::string_view text, const std::string& name, ExitCode meaning, const JsonLimits& limits = {});
Setting read_json(const std::string& path, ExitCode meaning, const JsonLimits& limits = {});

// One line, or indented by `indent` blanks a level. Reals are the shortest text that reads back the same; NaN and
// infinities, which JSON has not, become null; text that is not UTF-8 gets U+FFFD in the place of wrong bytes.
std::string json_text(const Setting& value, int indent = 0);

}  // namespace dltrain::formats
