// One key of a component or section as JSON Schema.
#pragma once

#include <string>

#include "core/schema.h"
#include "core/setting.h"

namespace dltrain::app {

Table json_ref(const std::string& family);  // { "$ref": "#/definitions/FAMILY" }
Table json_type(const char* type);          // { "type": TYPE }
Table json_any(List alternatives);          // { "anyOf": [...] }
Table json_required(const char* key);       // { "required": [KEY] }
// Validators that follow `then` and `otherwise` say what is wrong in one alternative, in place of "none of these"; but
// editors look for completions below "anyOf" only. So the alternatives stand there too, with one that takes anything.
Table json_if(Table condition, Table then, Table otherwise);
Table json_array(Table items);              // { "type": "array", "items": ITEMS }

// Type, bounds, choices, meaning and default of a field. `placeholders`: "${name}" stands for any value, as in blocks.
Table field_schema(const Field& field, bool placeholders);

}  // namespace dltrain::app
