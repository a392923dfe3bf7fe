#include "datasets/source.h"

namespace dltrain::datasets {

void SourceRegistry::add(Schema schema, Make make) {
  makers_.emplace(schema.kind, std::move(make));
  schemas_.push_back(std::move(schema));
}

std::unique_ptr<Source> SourceRegistry::make(const Component& component) const {
  const auto found = makers_.find(component.kind);
  if (found == makers_.end()) throw Bug("there is no data source " + component.kind);
  return found->second(component);
}

void fill_catalogue(Catalogue& catalogue) {
  SourceRegistry registry;
  register_all(registry);
  for (const Schema& schema : registry.schemas()) catalogue.add(schema);
}

}  // namespace dltrain::datasets
