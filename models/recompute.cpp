#include "models/recompute.h"

#include <algorithm>
#include <set>

#include "core/glob.h"

namespace dltrain::models {

namespace {

// "a", "a/b" of "a/b/c".
std::vector<std::string> blocks_around(const std::string& layer) {
  std::vector<std::string> blocks;
  for (size_t slash = layer.find('/'); slash != std::string::npos; slash = layer.find('/', slash + 1))
    blocks.push_back(layer.substr(0, slash));
  return blocks;
}

graph::RecomputePart part_of(const ModelSpec& model, const LayerSpec& layer) {
  graph::RecomputePart part{layer.name, {layer.name}, {}, false};
  const auto is_layer = [&](const std::string& name) {
    return std::any_of(model.layers.begin(), model.layers.end(), [&](const LayerSpec& l) { return l.name == name; });
  };
  std::copy_if(layer.inputs.begin(), layer.inputs.end(), std::back_inserter(part.instead), is_layer);
  return part;
}

const LayerSpec* find_layer(const ModelSpec& model, const std::string& name) {
  const auto found =
      std::find_if(model.layers.begin(), model.layers.end(), [&](const LayerSpec& l) { return l.name == name; });
  return found == model.layers.end() ? nullptr : &*found;
}

}  // namespace

std::vector<std::string> recompute_names(const ModelSpec& model) {
  std::vector<std::string> names;
  std::set<std::string> known;
  for (const LayerSpec& layer : model.layers) {
    for (const std::string& block : blocks_around(layer.name)) {
      if (known.insert(block).second) names.push_back(block);
    }
    names.push_back(layer.name);
  }
  return names;
}

std::vector<graph::RecomputePart> parts_matching(const ModelSpec& model, const std::string& pattern) {
  std::vector<graph::RecomputePart> parts;
  std::set<std::string> known;
  for (const LayerSpec& layer : model.layers) {
    const std::vector<std::string> blocks = blocks_around(layer.name);
    const auto block =
        std::find_if(blocks.begin(), blocks.end(), [&](const std::string& name) { return matches(name, pattern); });
    if (block != blocks.end()) {
      if (known.insert(*block).second) parts.push_back({*block, {*block}, {}, true});
    } else if (matches(layer.name, pattern)) {
      parts.push_back(part_of(model, layer));
    }
  }
  return parts;
}

graph::RecomputeWish recompute_wish(const Spec& spec) {
  graph::RecomputeWish wish;
  if (!spec.train.recompute) return wish;
  const std::vector<std::string>& given = *spec.train.recompute;
  wish.automatic = given == std::vector<std::string>{"auto"};
  if (wish.automatic) return wish;
  std::set<std::string> known;
  for (const std::string& pattern : given) {
    for (graph::RecomputePart& part : parts_matching(spec.model, pattern)) {
      if (known.insert(part.name).second) wish.parts.push_back(std::move(part));
    }
  }
  return wish;
}

std::string why_without_effect(const ModelSpec& model, const std::string& part) {
  const LayerSpec* layer = find_layer(model, part);
  if (layer == nullptr) return "nothing in this block is kept for the way back but what it hands on";
  if (!layer->trainable && layer->component.kind != "")
    return "it is frozen, and nothing that is trained needs what it computes";
  return "nothing that it computes is kept for the way back, or the layer behind it computes it along with its own";
}

}  // namespace dltrain::models
