#include "training/check_ids.h"

#include <algorithm>
#include <optional>

#include "core/diagnostic.h"
#include "core/text.h"
#include "datasets/batch_stream.h"

namespace dltrain::training {

using datasets::Part;

namespace {

// The place of the first number that is not 0 to count - 1 after its fraction is cut off.
template <class T> std::optional<size_t> first_outside(std::span<const T> values, int64_t count) {
  const auto end = static_cast<double>(count);
  for (size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<double>(values[i]);
    if (!(value > -1 && value < end)) return i;
  }
  return std::nullopt;
}

std::optional<size_t> first_outside(const Array& array, int64_t count) {
  return array.dtype == DType::i32 ? first_outside(array.as<int32_t>(), count)
                                   : first_outside(array.as<float>(), count);
}

double largest_of(const Array& array) {
  double largest = 0;
  for (int64_t i = 0; i < array.elements(); ++i) largest = std::max(largest, element(array, i));
  return largest;
}

// A number that a table of vectors does not know, and the largest that was seen.
struct Outside {
  const models::IdLimit* limit = nullptr;
  double value = 0;
  std::string sample;
  double largest = 0;
};

[[noreturn]] void refuse(const Outside& outside, const Place& place) {
  const models::IdLimit& limit = *outside.limit;
  const std::string help = outside.largest >= static_cast<double>(limit.count)
                               ? "make input_dim " + number_text(outside.largest + 1) + " or more, or correct the data"
                               : "correct the data";
  throw UserError(ExitCode::data, {{Severity::error, "id-range", place, outside.sample,
                                    "input " + quote(limit.input) + " holds " + number_text(outside.value) + ", and " +
                                        limit.who + " knows 0 to " + std::to_string(limit.count - 1),
                                    "", "", help}});
}

// Adds the first of each limit that the batch breaks, and what is larger than those known.
void find_outside(const std::vector<models::IdLimit>& limits, const DataSignature& signature,
                  const datasets::Batch& batch, const std::string& part, std::vector<Outside>& found) {
  for (const models::IdLimit& limit : limits) {
    for (size_t i = 0; i < signature.inputs.size(); ++i) {
      if (signature.inputs[i].name != limit.input) continue;
      const Array& array = batch.inputs[i];
      const std::optional<size_t> at = first_outside(array, limit.count);
      if (!at) continue;
      auto known = std::ranges::find(found, &limit, &Outside::limit);
      if (known == found.end()) {
        const size_t row = *at * static_cast<size_t>(batch.size) / static_cast<size_t>(array.elements());
        const int64_t number = row < batch.rows.size() ? batch.rows[row] : static_cast<int64_t>(row);
        found.push_back({&limit, element(array, static_cast<int64_t>(*at)),
                         (part.empty() ? "" : part + " part, ") + "sample " + std::to_string(number)});
        known = found.end() - 1;
      }
      known->largest = std::max(known->largest, largest_of(array));
    }
  }
}

}  // namespace

void check_ids(const std::vector<models::IdLimit>& limits, const DataSignature& signature, const datasets::Batch& batch,
               const std::string& part) {
  std::vector<Outside> found;
  find_outside(limits, signature, batch, part, found);
  if (!found.empty()) refuse(found.front(), {});
}

void check_all_ids(const std::vector<models::IdLimit>& limits, const datasets::Dataset& data) {
  if (limits.empty()) return;
  std::vector<Outside> found;
  for (const Part part : {Part::train, Part::validation, Part::test}) {
    datasets::BatchStream batches(data, {.part = part, .batch_size = 1024});
    for (datasets::Batch batch; batches.next(batch);)
      find_outside(limits, data.signature(), batch, std::string(datasets::part_name(part)), found);
  }
  if (!found.empty()) refuse(found.front(), found.front().limit->place);
}

}  // namespace dltrain::training
