#include "datasets/table/cell_errors.h"

#include "core/text.h"

namespace dltrain::datasets {

namespace {

constexpr int64_t most_shown = 10;

}  // namespace

void CellErrors::add(Code code, std::string place, std::string what, std::string help) {
  if (++count_ <= most_shown) shown_.error(code, {}, std::move(place), std::move(what)).help = std::move(help);
}

void CellErrors::throw_if_any(const std::string& path) const {
  if (count_ == 0) return;
  Diagnostics all = shown_;
  if (count_ > most_shown) {
    all.error("bad-cell", {}, path,
              "has " + count_text(count_) + " such errors; the first " + std::to_string(most_shown) + " are shown");
  }
  all.throw_if_errors(ExitCode::data);
}

}  // namespace dltrain::datasets
