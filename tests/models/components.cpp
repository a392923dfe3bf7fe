#include "tests/models/components.h"

#include "core/read_fields.h"
#include "models/catalogue.h"
#include "tests/support/catalogue.h"

namespace dltrain::test {

Component component_of(const std::string& family, const Setting& given) {
  static const Catalogue catalogue = catalogue_of(models::fill_catalogue);
  Diagnostics diagnostics;
  const auto component = read_component(catalogue, family, given, "", diagnostics);
  diagnostics.throw_if_errors(ExitCode::recipe);
  return component.value();
}

}  // namespace dltrain::test
