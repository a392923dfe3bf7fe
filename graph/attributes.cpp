#include "graph/attributes.h"

#include <algorithm>

#include "core/text.h"

namespace dltrain::graph {

Attributes::Attributes(std::initializer_list<std::pair<std::string, Attribute>> entries) {
  for (const auto& [name, value] : entries) set(name, value);
}

const Attributes::Entries& Attributes::entries() const {
  static const Entries none;
  return entries_ == nullptr ? none : *entries_;
}

void Attributes::set(std::string name, Attribute value) {
  if (entries_ == nullptr) entries_ = std::make_shared<Entries>();
  else if (entries_.use_count() > 1) entries_ = std::make_shared<Entries>(*entries_);
  const auto at = std::lower_bound(entries_->begin(), entries_->end(), name,
                                   [](const auto& entry, const std::string& key) { return entry.first < key; });
  if (at != entries_->end() && at->first == name) {
    at->second = std::move(value);
  } else {
    entries_->emplace(at, std::move(name), std::move(value));
  }
}

const Attribute* Attributes::find(std::string_view name) const {
  const Entries& all = entries();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& e) { return e.first == name; });
  return found == all.end() ? nullptr : &found->second;
}

namespace {

struct AttributeText {
  std::string operator()(const NoAttribute&) const { return {}; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return number_text(value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(DType value) const { return std::string(name(value)); }
  std::string operator()(const std::vector<int64_t>& values) const { return shape_text(values); }
  std::string operator()(const std::vector<double>& values) const {
    constexpr size_t most = 6;
    std::string text = "[";
    for (size_t i = 0; i < values.size() && i < most; ++i) text += (i > 0 ? ", " : "") + number_text(values[i]);
    return text + (values.size() > most ? ", ... " + std::to_string(values.size()) + " in all]" : "]");
  }
};

}  // namespace

std::string Attributes::text() const {
  if (entries().empty()) return {};
  std::string out = "{";
  for (const auto& [name, value] : entries()) {
    out += (out.size() > 1 ? ", " : "") + name + "=" + std::visit(AttributeText{}, value);
  }
  return out + "}";
}

}  // namespace dltrain::graph
