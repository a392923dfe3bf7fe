// A light walk over a TOML text that only looks at keys and brackets. It answers what the parser cannot: where a key
// that stands twice stood first, what was open when the text stopped making sense, and whether the nesting is too deep
// to be parsed safely.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/place.h"

namespace dltrain::models {

struct Outline {
  struct Repeat {
    std::string key;
    Place first;
    Place again;
  };
  // Something that began and was not closed where the walk stopped.
  struct Open {
    std::string what;  // "text", "list", "table", "header"
    Place place;
  };

  std::vector<Repeat> repeats;
  std::vector<Open> open;          // outermost first
  std::optional<Place> too_deep;   // the first bracket or key beyond the limit
};

// Walks until the end, the first thing it does not understand, or `last_line` (0: the end). Takes any bytes.
Outline outline_of(const std::shared_ptr<const Source>& source, int deepest, int last_line = 0);

}  // namespace dltrain::models
