#include "training/check_ids.h"

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

[[noreturn]] void refuse(const models::IdLimit& limit, const Array& array, size_t at, const std::string& sample) {
  const double value = element(array, static_cast<int64_t>(at));
  const std::string help =
      value > 0 ? "make input_dim " + number_text(value + 1) + " or more, or correct the data" : "correct the data";
  throw UserError(ExitCode::data, "id-range", sample,
                  "input " + quote(limit.input) + " holds " + number_text(value) + ", and " + limit.who +
                      " knows 0 to " + std::to_string(limit.count - 1),
                  help);
}

}  // namespace

void check_ids(const std::vector<models::IdLimit>& limits, const DataSignature& signature, const datasets::Batch& batch,
               const std::string& part) {
  for (const models::IdLimit& limit : limits) {
    for (size_t i = 0; i < signature.inputs.size(); ++i) {
      if (signature.inputs[i].name != limit.input) continue;
      const Array& array = batch.inputs[i];
      const std::optional<size_t> at = first_outside(array, limit.count);
      if (!at) continue;
      const size_t row = *at * static_cast<size_t>(batch.size) / static_cast<size_t>(array.elements());
      const std::string number = std::to_string(row < batch.rows.size() ? batch.rows[row] : static_cast<int64_t>(row));
      refuse(limit, array, *at, (part.empty() ? "" : part + " part, ") + "sample " + number);
    }
  }
}

void check_all_ids(const std::vector<models::IdLimit>& limits, const datasets::Dataset& data) {
  if (limits.empty()) return;
  for (const Part part : {Part::train, Part::validation, Part::test}) {
    datasets::BatchStream batches(data, {.part = part, .batch_size = 1024});
    for (datasets::Batch batch; batches.next(batch);)
      check_ids(limits, data.signature(), batch, std::string(datasets::part_name(part)));
  }
}

}  // namespace dltrain::training
