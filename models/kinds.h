// The kinds of one family: what a recipe may name, and how to make it from a validated component.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/describe.h"
#include "core/diagnostic.h"

namespace dltrain::models {

// Interface is an abstract base, const where the things made never change; every T added derives from it and has a
// description (core/describe.h).
template <class Interface> class Kinds {
 public:
  explicit Kinds(std::string family) : family_(std::move(family)) {}

  template <class T> void add() {
    schemas_.push_back(make_schema<T>(family_));
    const auto [entry, is_new] = makers_.emplace(T::kind, [](const Component& component) -> std::unique_ptr<Interface> {
      return std::make_unique<T>(read<T>(component));
    });
    if (!is_new) throw Bug("the " + family_ + " \"" + entry->first + "\" is registered twice");
  }

  // A Bug if the kind is not known: components are validated against the catalogue first.
  std::unique_ptr<Interface> make(const Component& component) const {
    const auto found = makers_.find(component.kind);
    if (found == makers_.end()) throw Bug("there is no " + family_ + " \"" + component.kind + "\"");
    return found->second(component);
  }

  const std::vector<Schema>& schemas() const { return schemas_; }
  void fill(Catalogue& catalogue) const {
    for (const Schema& schema : schemas_) catalogue.add(schema);
  }

 private:
  using Maker = std::unique_ptr<Interface> (*)(const Component&);
  std::string family_;
  std::vector<Schema> schemas_;
  std::map<std::string, Maker> makers_;
};

}  // namespace dltrain::models
