#include "models/recipe/placeholder.h"

namespace dltrain::models {

std::optional<std::string> placeholder(const std::string& text) {
  if (!text.starts_with("${") || !text.ends_with('}') || text.size() < 4) return {};
  return text.substr(2, text.size() - 3);
}

void for_each_placeholder(const Setting& value, const std::function<void(const std::string&, const Place&)>& f) {
  if (const std::string* text = value.text()) {
    if (const auto name = placeholder(*text)) f(*name, value.place());
  } else if (const List* list = value.list()) {
    for (const Setting& element : *list) for_each_placeholder(element, f);
  } else if (const Table* table = value.table()) {
    for (const Table::Entry& entry : table->entries()) for_each_placeholder(entry.value, f);
  }
}

void for_each_mixed_text(const Setting& value, const std::function<void(const std::string&, const Place&)>& f) {
  if (const std::string* text = value.text()) {
    const size_t open = text->find("${");
    if (open != std::string::npos && text->find('}', open) != std::string::npos && !placeholder(*text))
      f(*text, value.place());
  } else if (const List* list = value.list()) {
    for (const Setting& element : *list) for_each_mixed_text(element, f);
  } else if (const Table* table = value.table()) {
    for (const Table::Entry& entry : table->entries()) for_each_mixed_text(entry.value, f);
  }
}

Setting with_parameters(const Setting& value, const Table& parameters) {
  if (const std::string* text = value.text()) {
    const auto name = placeholder(*text);
    const Setting* given = name ? parameters.find(*name) : nullptr;
    return given != nullptr ? *given : value;
  }
  if (const List* list = value.list()) {
    List replaced;
    for (const Setting& element : *list) replaced.push_back(with_parameters(element, parameters));
    return {std::move(replaced), value.place()};
  }
  if (const Table* table = value.table()) {
    Table replaced;
    for (const Table::Entry& entry : table->entries()) {
      Setting inner = with_parameters(entry.value, parameters);
      if (!inner.is_none()) replaced.set(entry.key, std::move(inner), entry.key_place);
    }
    return {std::move(replaced), value.place()};
  }
  return value;
}

}  // namespace dltrain::models
