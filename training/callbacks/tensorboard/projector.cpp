#include "training/callbacks/tensorboard/projector.h"

#include <algorithm>
#include <numeric>

#include "core/files.h"
#include "core/text.h"
#include "training/evaluation.h"
#include "training/outputs.h"

namespace dltrain::training {

using datasets::Part;

namespace {

constexpr int64_t most_samples = 1000;
constexpr int64_t most_points = 10'000;  // TensorBoard draws no more

// Rows of numbers, tabs between them.
std::string table_of(const Array& points) {
  const int64_t rows = std::min(points.shape[0], most_points);
  const int64_t columns = points.elements() / std::max<int64_t>(points.shape[0], 1);
  std::string text;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      text += (c > 0 ? "\t" : "") + float_text(static_cast<float>(element(points, r * columns + c)));
    }
    text += "\n";
  }
  return text;
}

std::string entry_of(const std::string& name, const std::string& table, const std::string& labels) {
  std::string text = "embeddings {\n  tensor_name: " + quote(name) + "\n  tensor_path: " + quote(table) + "\n";
  if (!labels.empty()) text += "  metadata_path: " + quote(labels) + "\n";
  return text + "}\n";
}

std::string label(const std::string& name) {
  std::string text;
  for (const char c : name) text += c == '\t' || c == '\n' || c == '\r' ? ' ' : c;
  return text;
}

std::string write_samples(Observer& observer, const std::string& folder) {
  const models::Spec& spec = observer.program().spec();
  const auto& outputs = spec.model.outputs;
  const std::vector<OutputMeaning> meanings = output_meanings(spec, observer.program().signature());
  if (outputs.size() != 1 || !meanings.front().classes) return {};
  const auto& layers = spec.model.layers;
  const auto last =
      std::find_if(layers.begin(), layers.end(), [&](const models::LayerSpec& l) { return l.name == outputs.front(); });
  if (last == layers.end()) return {};
  const datasets::Dataset& data = observer.data();
  const Part part = data.size(Part::validation) > 0 ? Part::validation
                    : data.size(Part::test) > 0     ? Part::test
                                                    : Part::train;
  std::vector<int64_t> rows(static_cast<size_t>(std::min(data.size(part), most_samples)));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  datasets::Batch batch;
  data.read(part, rows, batch);
  const Array points = observer.input_of_layer(last->name, batch);
  if (points.shape.rank() != 2) return {};
  std::string labels;
  for (const int64_t c : true_classes(batch.targets.front())) labels += label(meanings.front().class_name(c)) + "\n";
  write_file_durably(join_path(folder, "samples.tsv"), table_of(points));
  write_file_durably(join_path(folder, "labels.tsv"), labels);
  return entry_of("samples before " + last->name, "samples.tsv", "labels.tsv");
}

}  // namespace

void write_projector(Observer& observer, const std::string& folder) {
  std::string config;
  for (const models::LayerSpec& layer : observer.program().spec().model.layers) {
    if (layer.component.kind != "Embedding" || !layer.reuse.empty()) continue;
    for (const auto& [name, weight] : observer.weights()) {
      if (name != layer.name + "/embeddings") continue;
      std::string table = layer.name + ".tsv";
      std::replace(table.begin(), table.end(), '/', '.');  // layers of blocks
      write_file_durably(join_path(folder, table), table_of(weight));
      config += entry_of(layer.name, table, "");
    }
  }
  config += write_samples(observer, folder);
  if (!config.empty()) write_file_durably(join_path(folder, "projector_config.pbtxt"), config);
}

}  // namespace dltrain::training
