// What TensorBoard shows of the inside of a model.
#include "training/callbacks/tensorboard/looks.h"

#include <algorithm>
#include <cmath>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "formats/images/image.h"
#include "formats/tfevents/summaries.h"
#include "tests/support/files.h"
#include "tests/training/experiment.h"
#include "training/callbacks/tensorboard/image_like.h"
#include "training/callbacks/tensorboard/model_graph.h"
#include "training/callbacks/tensorboard/pixels.h"
#include "training/callbacks/tensorboard/predictions.h"
#include "training/callbacks/tensorboard/projector.h"
#include "training/callbacks/tensorboard/texts.h"

namespace dltrain::test {

namespace {

using training::Summaries;

constexpr const char* digits = R"(
[data]
type = "digits"
[data.validation]
split = 0.05
[model]
layers = [
  { name = "c", type = "Conv2D", filters = 5, kernel_size = 3 },
  "Flatten",
  { name = "d", type = "Dense", units = 10, activation = "softmax" },
]
[train]
epochs = 1
loss = "sparse_categorical_crossentropy"
)";

constexpr const char* two_classes = R"(
[data]
type = "csv"
file = "two.csv"
target = "kind"
classes = ["no", "yes"]
[model]
layers = [{ name = "answer", type = "Dense", units = 1 }]
[train]
epochs = 1
loss = { type = "BinaryCrossentropy", from_logits = true }
)";

struct Opened {
  Opened(const TemporaryFolder& folder, const std::string& recipe)
      : spec(spec_of(write(folder, "r.toml", recipe))), data(data_of(spec)) {
    model = model_of(spec, *data, "cpu");
  }
  models::Spec spec;
  std::unique_ptr<datasets::Dataset> data;
  std::unique_ptr<training::Model> model;
};

const formats::SummaryValue& find(const Summaries& values, const std::string& tag) {
  const auto found = std::find_if(values.begin(), values.end(), [&](const auto& v) { return v.tag == tag; });
  REQUIRE(found != values.end());
  return *found;
}

// Counts of a histogram, added up.
double counted(const formats::SummaryValue& value) {
  const Array& rows = std::get<Array>(value.data);
  double sum = 0;
  for (int64_t i = 2; i < rows.elements(); i += 3) sum += element(rows, i);
  return sum;
}

Array decoded(const formats::SummaryValue& value, size_t number) {
  const auto& items = std::get<formats::Texts>(value.data).items;
  REQUIRE(number + 2 < items.size());
  return formats::decode_image(std::as_bytes(std::span(items[number + 2])), value.tag, false);
}

}  // namespace

TEST_CASE("histograms of weights, activations and gradients count every number") {
  const TemporaryFolder folder;
  Opened run(folder, digits);
  training::Observer observer(*run.model, *run.data);
  const datasets::Batch batch = training::first_batch(observer);
  CHECK(batch.size == 32);
  const Summaries weights = weight_histograms(observer);
  CHECK(counted(find(weights, "c/kernel/histogram")) == 3 * 3 * 5);
  CHECK(counted(find(weights, "d/bias/histogram")) == 10);
  const Summaries outputs = activation_histograms(observer, batch);
  CHECK(outputs.size() == 3);
  CHECK(counted(find(outputs, "c/output/histogram")) == 32 * 6 * 6 * 5);
  const Summaries gradients = gradient_histograms(observer, batch, 0);
  CHECK(counted(find(gradients, "d/kernel/gradient/histogram")) == 180 * 10);
  double squares = 0;
  for (const auto& [name, gradient] : observer.gradients(batch, 0)) {
    for (const float g : gradient.as<float>()) squares += static_cast<double>(g) * g;
  }
  CHECK(std::abs(*formats::scalar_of(find(gradients, "gradient_norm")) - std::sqrt(squares)) < 1e-6);
}

TEST_CASE("pictures of the first batch, of filters and of matrices") {
  const TemporaryFolder folder;
  Opened run(folder, digits);
  training::Observer observer(*run.model, *run.data);
  const datasets::Batch batch = training::first_batch(observer);
  const Summaries images = batch_images(observer, batch);
  REQUIRE(images.size() == 1);
  CHECK(std::get<formats::Texts>(images[0].data).items.size() == 2 + 16);
  const Array first = decoded(images[0], 0);
  CHECK(first.shape == Shape{8, 8, 3});
  for (int64_t i = 0; i < 64; ++i) CHECK(element(first, 3 * i) == std::round(element(batch.inputs[0], i) * 255));
  const Summaries weights = weight_images(observer);
  REQUIRE(weights.size() == 2);
  CHECK(weights[0].tag == "c/kernel/image");
  CHECK(decoded(weights[1], 0).shape == Shape{10, 180, 3});
}

TEST_CASE("the confusion matrix and the worst mistakes of a model that knows nothing yet") {
  const TemporaryFolder folder;
  Opened run(folder, digits);
  training::Observer observer(*run.model, *run.data);
  const Summaries values = prediction_summaries(observer);
  REQUIRE(values.size() == 2);
  const Array matrix = decoded(find(values, "d/confusion_matrix"), 0);
  CHECK(matrix.shape[0] > 480);
  const auto& mistakes = std::get<formats::Texts>(find(values, "d/worst_mistakes").data).items;
  CHECK(mistakes.size() == 2 + 12);
  CHECK(decoded(find(values, "d/worst_mistakes"), 11).shape == Shape{160 + 34, 160, 3});
}

TEST_CASE("precision and recall of two classes") {
  const TemporaryFolder folder;
  std::string csv = "x,kind\n";
  for (int i = 0; i < 40; ++i) csv += std::to_string(i - 20) + (i % 4 == 0 ? ",yes\n" : ",no\n");
  write(folder, "two.csv", csv);
  Opened run(folder, two_classes);
  training::Observer observer(*run.model, *run.data);
  const Summaries values = prediction_summaries(observer);
  const Array& curve = std::get<Array>(find(values, "answer/pr_curves").data);
  REQUIRE(curve.shape == Shape{6, 201});
  CHECK(element(curve, 0) == 10);    // true positives where everything is positive
  CHECK(element(curve, 201) == 30);  // false positives
  CHECK(element(curve, 4 * 201) == 0.25);
  CHECK(element(curve, 5 * 201) == 1);
}

TEST_CASE("tables for the projector") {
  const TemporaryFolder folder;
  Opened run(folder, digits);
  training::Observer observer(*run.model, *run.data);
  training::write_projector(observer, folder.path());
  const std::string config = read_text(folder.file("projector_config.pbtxt"), ExitCode::io);
  CHECK(config ==
        "embeddings {\n  tensor_name: \"samples before d\"\n  tensor_path: \"samples.tsv\"\n  metadata_path: "
        "\"labels.tsv\"\n}\n");
  const std::string table = read_text(folder.file("samples.tsv"), ExitCode::io);
  const auto rows = std::count(table.begin(), table.end(), '\n');
  CHECK(rows == run.data->size(datasets::Part::validation));
  CHECK(std::count(table.begin(), table.end(), '\t') == rows * 179);
  const std::string labels = read_text(folder.file("labels.tsv"), ExitCode::io);
  CHECK(std::count(labels.begin(), labels.end(), '\n') == rows);
}

TEST_CASE("letters and levels") {
  training::Picture picture(8, 6);
  picture.write(0, 0, "1", training::black);
  std::string drawn;
  for (int64_t i = 0; i < 48; ++i) drawn += element(picture.pixels(), 3 * i) == 0 ? '#' : '.';
  CHECK(drawn ==
        ".#......"
        "##......"
        ".#......"
        ".#......"
        "###....."
        "........");
  picture.write(-3, -3, "outside", training::black);  // no harm
  picture.fill(7, 5, 100, 100, training::black);
  CHECK(element(picture.pixels(), 3 * 47) == 0);
  Array numbers(DType::f32, Shape{1, 3, 1});
  numbers.as<float>()[1] = 0.5F;
  numbers.as<float>()[2] = 2;
  const Array levels = training::grey_levels(numbers, 0, 1);
  CHECK(element(levels, 0) == 0);
  CHECK(element(levels, 1) == 128);
  CHECK(element(levels, 2) == 255);
  CHECK(training::is_image({28, 28}));
  CHECK(training::is_image({28, 28, 3}));
  CHECK_FALSE(training::is_image({28, 28, 2}));
  CHECK_FALSE(training::is_image({64}));
}

TEST_CASE("runs that differ in their seed alone are repeats of each other") {
  const TemporaryFolder folder;
  const std::string path = write(folder, "r.toml", digits);
  const auto group = [&](const std::vector<std::string>& changes) {
    return training::hparams_group(training::hparams_of(spec_of(path, changes)));
  };
  CHECK(group({}) == group({"seed=7"}));
  CHECK(group({}) != group({"train.batch_size=16"}));
  CHECK(group({}).size() == 64);
}

TEST_CASE("a layer that is called twice has two calls in the graph of layers") {
  const TemporaryFolder folder;
  constexpr const char* recipe = R"(
[data]
type = "iris"
[model]
layers = [
  { name = "a", type = "Dense", units = 4 },
  { name = "again", reuse = "a", inputs = ["a"] },
  { name = "sum", type = "Add", inputs = ["a", "again"] },
  { name = "out", type = "Dense", units = 3, activation = "softmax" },
]
[train]
loss = "sparse_categorical_crossentropy"
)";
  Opened run(folder, recipe);
  const std::string json = training::keras_model_json(run.model->program());
  CHECK(json.find(R"("keras_history": ["a", 1, 0])") != std::string::npos);
  CHECK(json.find("\"again\"") == std::string::npos);
  training::Observer observer(*run.model, *run.data);
  std::vector<std::string> names;
  for (const formats::GraphNode& node : training::graph_nodes(observer.graph())) names.push_back(node.name);
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  CHECK(std::find(names.begin(), names.end(), "a/kernel") != names.end());
}

}  // namespace dltrain::test
