#include "training/fingerprint.h"

#include <algorithm>

#include "core/sha256.h"
#include "formats/json/json.h"

namespace dltrain::training {

using datasets::Part;

namespace {

constexpr int64_t most_samples = 64;  // as the model sees them: of images that are decoded later, some at least

void add_text(Sha256& hash, const std::string& text) {
  hash.update(std::as_bytes(std::span(text.data(), text.size())));
}

void add_samples(Sha256& hash, const datasets::Dataset& data, Part part) {
  const int64_t size = data.size(part);
  if (size == 0) return;
  std::vector<int64_t> rows;
  const int64_t count = std::min(size, most_samples);
  for (int64_t i = 0; i < count; ++i) rows.push_back(i * (size / count));
  datasets::Batch batch;
  data.read(part, rows, batch);
  for (const Array& array : batch.inputs) hash.update(array.bytes);
  for (const Array& array : batch.targets) hash.update(array.bytes);
  if (batch.weights) hash.update(batch.weights->bytes);
}

}  // namespace

std::string data_fingerprint(const datasets::Dataset& data) {
  Sha256 hash;
  add_text(hash, formats::json_text(datasets::contract_setting(data.contract())));
  for (const Part part : {Part::train, Part::validation, Part::test}) {
    add_text(hash, std::to_string(data.size(part)) + ";");
    for (const datasets::ClassCounts& classes : data.class_counts(part)) {
      for (const int64_t count : classes.counts) add_text(hash, std::to_string(count) + ",");
    }
    add_samples(hash, data, part);
  }
  data.add_to(hash);
  return hex_text(hash.finish());
}

}  // namespace dltrain::training
