#include "layers/support/number_grid.h"

namespace dltrain {
namespace {

// Appends the numbers of `setting` to `grid`; `depth` axes are open. False if the lists are ragged.
bool append(const Setting& setting, size_t depth, layers::NumberGrid& grid) {
  if (setting.list() == nullptr) {
    grid.values.push_back(*setting.real());
    return depth == grid.shape.rank();
  }
  if (depth >= grid.shape.rank() || grid.shape[depth] != static_cast<int64_t>(setting.list()->size())) return false;
  for (const Setting& element : *setting.list()) {
    if (!append(element, depth + 1, grid)) return false;
  }
  return true;
}

// False if the lists are ragged.
bool read_grid(const Setting& canonical, layers::NumberGrid& grid) {
  std::vector<int64_t> sizes;
  for (const Setting* s = &canonical; s->list() != nullptr && !s->list()->empty(); s = &s->list()->front()) {
    sizes.push_back(static_cast<int64_t>(s->list()->size()));
  }
  grid = {Shape(std::move(sizes)), {}};
  return append(canonical, 0, grid);
}

// The same setting with all numbers as reals; false if something is no number.
bool as_reals(const Setting& given, Setting& canonical) {
  if (given.list() == nullptr) return Converter<double>::normalise(given, canonical).empty();
  List list;
  for (const Setting& element : *given.list()) {
    if (!as_reals(element, list.emplace_back())) return false;
  }
  canonical = Setting(std::move(list), given.place());
  return true;
}

Setting print_from(const layers::NumberGrid& grid, size_t axis, size_t& next) {
  if (axis == grid.shape.rank()) return grid.values[next++];
  List list;
  for (int64_t i = 0; i < grid.shape[axis]; ++i) list.push_back(print_from(grid, axis + 1, next));
  return list;
}

}  // namespace

std::string Converter<layers::NumberGrid>::normalise(const Setting& given, Setting& canonical) {
  layers::NumberGrid grid;
  if (as_reals(given, canonical) && read_grid(canonical, grid)) return {};
  return "must be a real number, or lists of real numbers of equal length";
}

void Converter<layers::NumberGrid>::read(const Setting& canonical, layers::NumberGrid& value) {
  read_grid(canonical, value);
}

Setting Converter<layers::NumberGrid>::print(const layers::NumberGrid& value) {
  size_t next = 0;
  return print_from(value, 0, next);
}

}  // namespace dltrain
