// Components for tests of models/, read as a recipe reads them.
#pragma once

#include <string>

#include "core/component.h"
#include "core/diagnostic.h"

namespace dltrain::test {

// { type = ..., ... } of a family of models/; throws UserError if the recipe would be refused.
Component component_of(const std::string& family, const Setting& given);

}  // namespace dltrain::test
