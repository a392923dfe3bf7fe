// The documentation of components, made from their schemas: for `dltrain explain NAME` and docs/reference.
#pragma once

#include <string>

#include "core/schema.h"

namespace dltrain::app {

// Of a kind ("Dense", "mse"), or of a family ("activation", "activations"); empty if there is no such name.
std::string reference_text(const Catalogue& catalogue, const std::string& name);

// "integer, at least 1; default: 32".
std::string values_of(const Field& field);

// One page in Markdown for a family ("loss" or "losses"), as docs/reference/losses.md holds it; empty if there is no
// such family.
std::string reference_page(const Catalogue& catalogue, const std::string& name);

}  // namespace dltrain::app
