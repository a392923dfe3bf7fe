// The distinct texts of a column while it is read, numbered in the order in which they come.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dltrain::datasets {

class DistinctTexts {
 public:
  // The text's number. `place` is asked for the cell at hand when a text is new: "file:line:column".
  int32_t add(std::string_view text, const std::function<std::string()>& place);

  // All by number: the texts, where each was first seen, how often.
  const std::vector<std::string>& texts() const { return texts_; }
  const std::vector<std::string>& places() const { return places_; }
  const std::vector<int64_t>& counts() const { return counts_; }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, int32_t, Hash, std::equal_to<>> number_of_;
  std::vector<std::string> texts_;
  std::vector<std::string> places_;
  std::vector<int64_t> counts_;
  int32_t last_ = -1;
};

}  // namespace dltrain::datasets
