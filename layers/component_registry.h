// The kinds of one family by name. An Entry is a Schema and the functions that make the kind work.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/diagnostic.h"
#include "core/schema.h"

namespace dltrain::layers {

template <class Entry> class ComponentRegistry {
 public:
  // A Bug if the kind or one of its aliases is taken.
  void add(Entry entry) {
    const std::string kind = entry.schema.kind;
    for (const std::string& alias : entry.schema.aliases) claim(alias, kind);
    claim(kind, kind);
    entries_.emplace(kind, std::move(entry));
  }

  // By kind or alias; null if unknown.
  const Entry* find(const std::string& name) const {
    const auto kind = names_.find(name);
    return kind == names_.end() ? nullptr : &entries_.at(kind->second);
  }

  // The kind of a validated component: a Bug if unknown.
  const Entry& at(const Component& component) const {
    const Entry* entry = find(component.kind);
    if (entry == nullptr) throw Bug("there is no " + component.family + " \"" + component.kind + "\"");
    return *entry;
  }

  std::vector<std::string> kinds() const {
    std::vector<std::string> kinds;
    for (const auto& [kind, entry] : entries_) kinds.push_back(kind);
    return kinds;
  }

  void fill(Catalogue& catalogue) const {
    for (const auto& [kind, entry] : entries_) catalogue.add(entry.schema);
  }

 private:
  void claim(const std::string& name, const std::string& kind) {
    if (!names_.emplace(name, kind).second) throw Bug("the name \"" + name + "\" is registered twice");
  }

  std::map<std::string, Entry> entries_;
  std::map<std::string, std::string> names_;
};

}  // namespace dltrain::layers
