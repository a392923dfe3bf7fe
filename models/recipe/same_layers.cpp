#include "models/recipe/same_layers.h"

#include <algorithm>
#include <vector>

#include "core/text.h"

namespace dltrain::models {

namespace {

// What it costs to take one layer for the other; to leave both out costs 2.
double cost(const LayerSpec& before, const LayerSpec& now) {
  constexpr double never = 3;
  const bool named = !has_automatic_name(before) || !has_automatic_name(now);
  if (before.name == now.name) return before.component == now.component ? 0 : named ? 0.1 : 0.5;
  if (before.component.kind != now.component.kind || named || before.reuse.empty() != now.reuse.empty()) return never;
  return before.component == now.component ? 0.2 : 0.7;
}

// By name alone, where the models are too large to try all ways.
std::map<std::string, std::string> equal_names(const ModelSpec& before, const ModelSpec& now) {
  std::map<std::string, std::string> same;
  for (const LayerSpec& layer : now.layers) same.emplace(layer.name, layer.name);
  std::map<std::string, std::string> both;
  for (const LayerSpec& layer : before.layers) {
    if (same.contains(layer.name)) both.emplace(layer.name, layer.name);
  }
  return both;
}

}  // namespace

bool has_automatic_name(const LayerSpec& layer) {
  const size_t slash = layer.name.rfind('/');
  const std::string name = slash == std::string::npos ? layer.name : layer.name.substr(slash + 1);
  const std::string base = snake_case(layer.component.kind);
  if (!layer.reuse.empty()) return name.find('@') != std::string::npos;
  if (!name.starts_with(base)) return false;
  const std::string rest = name.substr(base.size());
  return rest.empty() || (rest[0] == '_' && parse_integer(rest.substr(1)).has_value());
}

std::map<std::string, std::string> same_layers(const ModelSpec& before, const ModelSpec& now) {
  constexpr size_t most = 4'000'000;  // pairs
  const size_t rows = before.layers.size(), columns = now.layers.size();
  if ((rows + 1) * (columns + 1) > most) return equal_names(before, now);
  // least[i][j]: of the layers from i and from j on.
  std::vector<std::vector<double>> least(rows + 1, std::vector<double>(columns + 1));
  for (size_t i = rows + 1; i-- > 0;) {
    for (size_t j = columns + 1; j-- > 0;) {
      if (i == rows || j == columns) {
        least[i][j] = static_cast<double>(rows - i + columns - j);
        continue;
      }
      least[i][j] = std::min(
          {1 + least[i + 1][j], 1 + least[i][j + 1], cost(before.layers[i], now.layers[j]) + least[i + 1][j + 1]});
    }
  }
  std::map<std::string, std::string> same;
  for (size_t i = 0, j = 0; i < rows && j < columns;) {
    if (least[i][j] == cost(before.layers[i], now.layers[j]) + least[i + 1][j + 1]) {
      same.emplace(before.layers[i++].name, now.layers[j++].name);
    } else if (least[i][j] == 1 + least[i + 1][j]) {
      ++i;
    } else {
      ++j;
    }
  }
  return same;
}

}  // namespace dltrain::models
