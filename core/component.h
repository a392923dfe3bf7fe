// A validated choice from a family: a layer, an activation, an optimizer. Type-erased, printable, comparable.
#pragma once

#include <string>

#include "core/setting.h"

namespace dltrain {

// `params` holds every parameter of the schema in its order, defaults filled in ("none" for absent optional ones).
struct Component {
  std::string family;  // "layer", "activation", "optimizer", ...
  std::string kind;    // canonical spelling: "Dense", "relu"
  Table params;
  Place place;

  // As the canonical recipe writes it: { type = "Dense", units = 64, ... }.
  Setting setting() const;
  // The inverse, for settings that have been validated.
  static Component from_setting(std::string family, const Setting& setting);
  bool operator==(const Component& other) const {
    return family == other.family && kind == other.kind && params == other.params;
  }
};

}  // namespace dltrain
