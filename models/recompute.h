// [train] recompute: what the recipe's names stand for.
#pragma once

#include <string>
#include <vector>

#include "graph/recompute.h"
#include "models/spec.h"

namespace dltrain::models {

// Names that a recipe can ask recomputation for: blocks ("residual", of "residual/conv/conv2d") and layers.
std::vector<std::string> recompute_names(const ModelSpec& model);
// The blocks and layers that a pattern (core/glob.h) matches; layers of a block that it matches are in the block.
std::vector<graph::RecomputePart> parts_matching(const ModelSpec& model, const std::string& pattern);

// All that [train] recompute asks for.
graph::RecomputeWish recompute_wish(const Spec& spec);
// Why nothing of the part of that name is computed again, in words.
std::string why_without_effect(const ModelSpec& model, const std::string& part);

}  // namespace dltrain::models
