#include "models/id_limits.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace dltrain::models {

namespace {

bool moves_values(const std::string& kind) {
  constexpr std::array kinds = {"Input",       "Flatten",       "Reshape",     "Permute",
                                "Concatenate", "ZeroPadding2D", "UpSampling2D"};
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

}  // namespace

std::vector<IdLimit> id_limits(const ModelSpec& model) {
  std::map<std::string, std::set<std::string>> origins;  // of the values that flow under a name: model inputs
  for (const InputSpec& input : model.inputs) origins[input.name] = {input.name};
  std::vector<IdLimit> limits;
  for (const LayerSpec& layer : model.layers) {
    std::set<std::string> from;
    for (const std::string& input : layer.inputs) {
      if (const auto known = origins.find(input); known != origins.end())
        from.insert(known->second.begin(), known->second.end());
    }
    if (moves_values(layer.component.kind)) origins[layer.name] = from;
    if (layer.component.kind != "Embedding") continue;
    for (const std::string& input : from)
      limits.push_back({input, layer.who(), *layer.component.params.at("input_dim").integer(), layer.place});
  }
  return limits;
}

}  // namespace dltrain::models
