#include "formats/json/json_lines.h"

#include "formats/json/json.h"

namespace dltrain::formats {

void JsonLines::write(const Setting& value) { file_.write(json_text(value) + "\n"); }

}  // namespace dltrain::formats
