#include "layers/support/margins.h"

namespace dltrain {

std::string Converter<layers::Margins2D>::normalise(const Setting& given, Setting& canonical) {
  const std::string complaint = "must be an integer, [rows, columns] or [[top, bottom], [left, right]]";
  List sides(2, given);
  if (given.list() != nullptr) {
    if (given.list()->size() != 2) return complaint;
    sides = *given.list();
  }
  List pairs;
  for (const Setting& side : sides) {
    Setting pair;
    if (!normalise_integers(side, 2, pair).empty()) return complaint;
    pairs.push_back(std::move(pair));
  }
  canonical = Setting(std::move(pairs), given.place());
  return {};
}

void Converter<layers::Margins2D>::read(const Setting& canonical, layers::Margins2D& value) {
  const std::vector<int64_t> rows = read_integers((*canonical.list())[0]);
  const std::vector<int64_t> columns = read_integers((*canonical.list())[1]);
  value = {rows[0], rows[1], columns[0], columns[1]};
}

Setting Converter<layers::Margins2D>::print(const layers::Margins2D& value) {
  const List rows = {value.top, value.bottom};
  const List columns = {value.left, value.right};
  return List{Setting(rows), Setting(columns)};
}

}  // namespace dltrain
