#include "core/component.h"

#include "core/diagnostic.h"

namespace dltrain {

Setting Component::setting() const {
  Table table;
  table.set("type", kind);
  for (const Table::Entry& entry : params.entries()) table.set(entry.key, entry.value, entry.key_place);
  return {std::move(table), place};
}

Component Component::from_setting(std::string family, const Setting& setting) {
  const Table* table = setting.table();
  if (table == nullptr || table->find("type") == nullptr) throw Bug("a component is not in canonical form");
  Component component{std::move(family), *table->at("type").text(), {}, setting.place()};
  for (const Table::Entry& entry : table->entries()) {
    if (entry.key != "type") component.params.set(entry.key, entry.value, entry.key_place);
  }
  return component;
}

}  // namespace dltrain
