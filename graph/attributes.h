// The options of a node: a small sorted list of names and values, printable and comparable. Copies share it until one is
// changed, since passes copy nodes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/diagnostic.h"
#include "core/dtype.h"

namespace dltrain::graph {

// Never held. libstdc++ believes that a variant of plain types, texts and lists always holds a value, and destroys what
// was never made when a copy runs out of memory; one class with a copy of its own keeps it from that.
struct NoAttribute {
  NoAttribute() = default;
  NoAttribute(const NoAttribute&) {}
  NoAttribute& operator=(const NoAttribute&) { return *this; }
  bool operator==(const NoAttribute&) const { return true; }
};

using Attribute =
    std::variant<bool, int64_t, double, std::string, DType, std::vector<int64_t>, std::vector<double>, NoAttribute>;

class Attributes {
 public:
  Attributes() = default;
  Attributes(std::initializer_list<std::pair<std::string, Attribute>> entries);

  void set(std::string name, Attribute value);
  const Attribute* find(std::string_view name) const;
  // A Bug if missing or of another type.
  template <class T> const T& get(std::string_view name) const {
    const Attribute* found = find(name);
    const T* value = found == nullptr ? nullptr : std::get_if<T>(found);
    if (value == nullptr) throw Bug("a node has no attribute \"" + std::string(name) + "\" of that type");
    return *value;
  }
  template <class T> T get_or(std::string_view name, T otherwise) const {
    return find(name) == nullptr ? otherwise : get<T>(name);
  }
  int64_t integer(std::string_view name) const { return get<int64_t>(name); }
  double real(std::string_view name) const { return get<double>(name); }
  const std::vector<int64_t>& integers(std::string_view name) const { return get<std::vector<int64_t>>(name); }

  using Entries = std::vector<std::pair<std::string, Attribute>>;
  const Entries& entries() const;
  bool operator==(const Attributes& other) const { return entries_ == other.entries_ || entries() == other.entries(); }
  std::string text() const;  // "{axis=1, epsilon=0.001}", "" if empty

 private:
  std::shared_ptr<Entries> entries_;  // sorted by name; null: none. Never changed while it is shared
};

}  // namespace dltrain::graph
