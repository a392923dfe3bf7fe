#include "models/recipe/move_paths.h"

#include <cstdlib>

#include "core/describe.h"
#include "core/files.h"
#include "models/recipe/sections.h"

namespace dltrain::models {

namespace {

class Mover {
 public:
  Mover(const std::string& home, const std::string& folder) : home_(home), folder_(folder) {}

  void move(Table& table, const Schema& schema) const {
    for (const Field& field : schema.fields) {
      if (Setting* value = table.find(field.name); field.path && value != nullptr) move(*value);
    }
  }

 private:
  void move(Setting& value) const {
    if (value.text() != nullptr) value = Setting(moved(*value.text()), value.place());
    if (value.table() == nullptr) return;
    for (Table::Entry& entry : value.table()->entries()) move(entry.value);
  }

  std::string moved(const std::string& path) const {
    if (path.empty() || path.front() == '/') return path;
    const std::string there = join_path(folder_, path);
    if (exists(join_path(home_, there))) return there;
    const char* data = std::getenv("DLTRAIN_DATA");
    const bool elsewhere = data != nullptr && exists(join_path(data, path));
    return elsewhere || path == "input" ? path : there;  // y = "input" is no file
  }

  const std::string& home_;
  const std::string& folder_;
};

Table* table_at(Table& table, const char* key) {
  Setting* found = table.find(key);
  return found != nullptr ? found->table() : nullptr;
}

const std::string* type_of(const Table* table) {
  const Setting* type = table != nullptr ? table->find("type") : nullptr;
  return type != nullptr ? type->text() : nullptr;
}

const Table* table_at(const Table& table, const char* key) {
  const Setting* found = table.find(key);
  return found != nullptr ? found->table() : nullptr;
}

}  // namespace

void move_paths(Table& table, const Table& base, const std::string& home, const std::string& folder,
                const Catalogue& catalogue) {
  if (folder.empty()) return;
  const Mover mover(home, folder);
  if (Table* model = table_at(table, "model")) mover.move(*model, make_schema<ModelSection>("section"));
  Table* data = table_at(table, "data");
  if (data == nullptr) return;
  const Table* data_before = table_at(base, "data");
  const std::string* type = type_of(data) != nullptr ? type_of(data) : type_of(data_before);
  const auto move_source = [&](Table& source, const std::string* kind) {
    const Schema* schema = kind != nullptr ? catalogue.find("source", *kind) : nullptr;
    if (schema != nullptr) mover.move(source, *schema);
  };
  move_source(*data, type);
  for (const char* part : {"validation", "test"}) {
    Table* own = table_at(*data, part);
    if (own == nullptr) continue;
    const std::string* before = data_before != nullptr ? type_of(table_at(*data_before, part)) : nullptr;
    move_source(*own, type_of(own) != nullptr ? type_of(own) : before != nullptr ? before : type);
  }
}

}  // namespace dltrain::models
