#include "datasets/table/distinct_texts.h"

namespace dltrain::datasets {

int32_t DistinctTexts::add(std::string_view text, const std::function<std::string()>& place) {
  if (last_ < 0 || texts_[static_cast<size_t>(last_)] != text) {  // files are often sorted
    auto found = number_of_.find(text);
    if (found == number_of_.end()) {
      found = number_of_.emplace(std::string(text), static_cast<int32_t>(texts_.size())).first;
      texts_.emplace_back(text);
      places_.push_back(place());
      counts_.push_back(0);
    }
    last_ = found->second;
  }
  ++counts_[static_cast<size_t>(last_)];
  return last_;
}

}  // namespace dltrain::datasets
