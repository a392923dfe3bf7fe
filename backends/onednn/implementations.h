// The library's implementations of one description, in its order. A description that was asked for more than it has cannot
// be used any more, and its copies are the same one, so each look at the list begins with a new one.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.h"

namespace dltrain::backends::onednn {

// Calls visit(description, name) for one after the other until it returns true, each name once: what the library remembers
// of descriptions that it has met before, it offers at the head of its list and in its place again.
template <class Make, class Visit> void visit_implementations(const Make& make, const Visit& visit) {
  std::set<std::string> seen;
  auto desc = make();
  do {
    const std::string name = desc.impl_info_str();
    if (seen.insert(name).second && visit(desc, name)) return;
  } while (desc.next_impl());
}

// The first of `make()` that is `wanted` by its name, else the library's own choice.
template <class Make, class Wanted> auto choose(const Make& make, const Wanted& wanted) {
  auto desc = make();
  while (!wanted(std::string_view(desc.impl_info_str()))) {
    if (!desc.next_impl()) return make();
  }
  return desc;
}

// The one of that name, which implementation_names has given.
template <class Make> auto implementation_named(const Make& make, std::string_view wanted) {
  decltype(make()) found;
  visit_implementations(make, [&](const auto& desc, const std::string& name) {
    if (name != wanted) return false;
    found = desc;
    return true;
  });
  if (!found) throw Bug("the library has no implementation " + std::string(wanted));
  return found;
}

// The names of all that are worth timing, `first` before the others: the library's reference loops are not, unless it has
// nothing else.
template <class Make> std::vector<std::string> implementation_names(const Make& make, const std::string& first) {
  std::vector<std::string> names = {first};
  visit_implementations(make, [&](const auto&, const std::string& name) {
    const bool is_reference = name.starts_with("ref") || name.starts_with("simple");
    if (!is_reference && name != first) names.push_back(name);
    return false;
  });
  return names;
}

}  // namespace dltrain::backends::onednn
