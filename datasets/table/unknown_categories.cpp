#include "datasets/table/unknown_categories.h"

#include <algorithm>

#include "core/text.h"

namespace dltrain::datasets {

namespace {

constexpr size_t most_shown = 5;
constexpr size_t most_letters = 40;

}  // namespace

std::string unknown_text(std::string_view text, const Categories& known) {
  return quote(utf8_prefix(text, most_letters)) + " is not one of the categories " + shown_categories(known.names());
}

void UnknownCategories::add(std::string_view text, const std::string& place, int64_t count) {
  cells_ += count;
  if (std::ranges::any_of(seen_, [&](const Seen& each) { return each.text == text; })) return;
  if (seen_.size() == most_shown) more_ = true;
  else seen_.push_back({std::string(text), place});
}

void UnknownCategories::warn(const std::string& who, Diagnostics& warnings) const {
  if (cells_ == 0) return;
  std::string shown;
  for (const Seen& each : seen_)
    shown += (shown.empty() ? "" : ", ") + quote(utf8_prefix(each.text, most_letters)) + " (" + each.place + ")";
  warnings
      .warning("new-category", {}, who,
               column_ + " has in " + counted(cells_, "row") + " a category that is not known: " + shown +
                   (more_ ? ", ..." : ""))
      .help = "such a row is taken as if it had none of the categories; on_unknown = \"error\" in [data] refuses it";
}

}  // namespace dltrain::datasets
