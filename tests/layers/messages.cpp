// What layers say about inputs and parameters that do not fit: tests/golden/layers/messages.txt.
#include <catch2/catch_test_macros.hpp>

#include "layers/constraints.h"
#include "tests/layers/harness.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

namespace dltrain::test {
namespace {

struct Misfit {
  std::string layer;
  std::vector<Shape> inputs;
};

// Layers that are right in themselves and wrong for their inputs.
const std::vector<Misfit>& misfits() {
  static const std::vector<Misfit> all = {
      {R"({"type": "Dense", "units": 4})", {{32}}},
      {R"({"type": "Dense", "units": 4})", {{32, 3}, {32, 5}}},
      {R"({"type": "Dense", "units": 4, "activation": {"type": "softmax", "axis": 2}})", {{32, 3}}},
      {R"({"type": "Dense", "units": 9000000000, "use_bias": false})", {{32, 9000000000}}},
      {R"({"type": "Input", "shape": [28, 28]})", {{32, 28, 28, 1}}},
      {R"({"type": "Conv1D", "filters": 4, "kernel_size": 5})", {{32, 3, 2}}},
      {R"({"type": "Conv1D", "filters": 4, "kernel_size": 3})", {{32, 7}}},
      {R"({"type": "Conv2D", "filters": 4, "kernel_size": 5})", {{32, 28, 3, 1}}},
      {R"({"type": "Conv2D", "filters": 4, "kernel_size": 3, "dilation_rate": 4})", {{32, 8, 28, 1}}},
      {R"({"type": "Conv2D", "filters": 4, "kernel_size": 3})", {{32, 28, 28}}},
      {R"({"type": "Conv2D", "filters": 4, "kernel_size": 3})", {{32, 64}}},
      {R"({"type": "Conv2D", "filters": 4, "kernel_size": 3, "groups": 2})", {{32, 28, 28, 3}}},
      {R"({"type": "Conv2D", "filters": 4, "kernel_size": 9000000000, "dilation_rate": 9000000000})",
       {{32, 28, 28, 3}}},
      {R"({"type": "DepthwiseConv2D", "kernel_size": 9})", {{32, 8, 8, 3}}},
      {R"({"type": "Conv2DTranspose", "filters": 4, "kernel_size": 2, "padding": "same", "output_padding": 0})",
       {{32, 1, 1, 3}}},
      {R"({"type": "MaxPooling1D", "pool_size": 3})", {{32, 2, 3}}},
      {R"({"type": "MaxPooling2D"})", {{32, 1, 6, 3}}},
      {R"({"type": "AveragePooling2D"})", {{32, 64}}},
      {R"({"type": "GlobalAveragePooling2D"})", {{32, 7, 3}}},
      {R"({"type": "GlobalMaxPooling1D"})", {{32, 7, 7, 3}}},
      {R"({"type": "BatchNormalization", "axis": 3})", {{32, 7, 7}}},
      {R"({"type": "BatchNormalization", "axis": 0})", {{32, 7, 7}}},
      {R"({"type": "LayerNormalization", "axis": [1, -1]})", {{32, 7}}},
      {R"({"type": "Dropout", "rate": 0.5, "noise_shape": [-1, 3, 1]})", {{32, 7, 3}}},
      {R"({"type": "Reshape", "target_shape": [3, 5]})", {{32, 16}}},
      {R"({"type": "Reshape", "target_shape": [3, -1]})", {{32, 4, 4}}},
      {R"({"type": "Permute", "dims": [2, 1]})", {{32, 8, 8, 3}}},
      {R"({"type": "ZeroPadding2D"})", {{32, 8, 8}}},
      {R"({"type": "UpSampling2D"})", {{32, 8}}},
      {R"({"type": "Add"})", {{32, 8}}},
      {R"({"type": "Add"})", {{32, 3, 4}, {32, 2, 4}}},
      {R"({"type": "Subtract"})", {{32, 4}, {32, 4}, {32, 4}}},
      {R"({"type": "Concatenate"})", {{32, 3, 4}, {32, 2, 4}, {32, 3, 4}}},
      {R"({"type": "Concatenate"})", {{32, 3, 4}, {32, 12}}},
      {R"({"type": "Concatenate", "axis": 0})", {{32, 4}, {32, 4}}},
      {R"({"type": "Softmax", "axis": 2})", {{32, 4}}},
      {R"({"type": "Rescaling", "scale": [1, 2]})", {{32, 4}}},
      {R"({"type": "Normalization", "mean": [1, 2], "variance": [1, 2]})", {{32, 4}}},
      {R"({"type": "Normalization", "axis": [1, 1]})", {{32, 4}}},
  };
  return all;
}

// Components that contradict themselves.
const std::vector<std::pair<std::string, std::string>>& contradictions() {
  static const std::vector<std::pair<std::string, std::string>> all = {
      {"layer", R"({"type": "Conv2D", "filters": 4, "kernel_size": 3, "data_format": "channels_first"})"},
      {"layer", R"({"type": "Conv2D", "filters": 4, "kernel_size": 3, "strides": 2, "dilation_rate": 2})"},
      {"layer", R"({"type": "Conv2D", "filters": 4, "kernel_size": 3, "groups": 3})"},
      {"layer", R"({"type": "Conv2D", "filters": 4, "kernel_size": 3, "padding": "causal"})"},
      {"layer", R"({"type": "Conv2D", "filters": 4, "kernel_size": [3, 3, 3]})"},
      {"layer", R"({"type": "Conv2DTranspose", "filters": 4, "kernel_size": 3, "strides": 2, "output_padding": 2})"},
      {"layer", R"({"type": "Dense", "units": 64.0})"},
      {"layer", R"({"type": "Dense", "units": 4, "activation": "relux"})"},
      {"layer", R"({"type": "Dense", "units": 4, "kernel_initializer": "glorot"})"},
      {"layer", R"({"type": "Dense", "units": 4, "kernel_regularizer": {"type": "L2", "l2": -1}})"},
      {"layer", R"({"type": "Dense", "units": 4, "lora_rank": 2})"},
      {"layer", R"({"type": "BatchNormalization", "renorm": true})"},
      {"layer", R"({"type": "LayerNormalization", "axis": []})"},
      {"layer", R"({"type": "Permute", "dims": [1, 3]})"},
      {"layer", R"({"type": "Reshape", "target_shape": [-1, 4, -1]})"},
      {"layer", R"({"type": "ZeroPadding2D", "padding": [1, 2, 3]})"},
      {"layer", R"({"type": "ZeroPadding2D", "padding": [[1, -2], 3]})"},
      {"layer", R"({"type": "UpSampling2D", "interpolation": "linear"})"},
      {"layer", R"({"type": "Rescaling", "scale": "1/0"})"},
      {"layer", R"({"type": "Normalization", "mean": 1})"},
      {"layer", R"({"type": "Normalization", "mean": [1, 2], "variance": [1]})"},
      {"layer", R"({"type": "Normalization", "mean": [[1, 2], [3, 4]], "variance": [[1, 2], [3, 4]]})"},
      {"layer", R"({"type": "Normalization", "mean": [[1, 2], [3]], "variance": 1})"},
      {"layer", R"({"type": "Normalization", "mean": 0, "variance": [-1]})"},
      {"initializer", R"({"type": "RandomUniform", "minval": 1, "maxval": 0})"},
      {"initializer", R"({"type": "VarianceScaling", "mode": "fan"})"},
      {"constraint", R"({"type": "MinMaxNorm", "min_value": 2})"},
  };
  return all;
}

std::string shapes(const std::vector<Shape>& inputs) {
  std::string text;
  for (const Shape& input : inputs) text += " " + input.text();
  return text;
}

}  // namespace

TEST_CASE("layers say what does not fit, and what to do") {
  GoldenSections golden("layers/messages.txt");
  for (const Misfit& misfit : misfits()) {
    const Component layer = from_json("layer", misfit.layer);
    golden.add(misfit.layer + " on" + shapes(misfit.inputs), message_of([&] { build(layer, misfit.inputs); }));
  }
  for (const auto& [family, text] : contradictions()) {
    const std::vector<Diagnostic> found = complaints(family, json(text));
    std::string all;
    for (const Diagnostic& diagnostic : found) all += diagnostic.text();
    INFO(text);
    CHECK(found.size() == 1);
    golden.add(text, all);
  }
  golden.add("MaxNorm along an axis that the weight has not", message_of([] {
               graph::Graph graph;
               graph::StateTable states;
               graph::Builder builder(graph, states, true);
               const auto guard = builder.scope("dense", "layer \"dense\" (Dense)");
               const graph::Value kernel = builder.weight("kernel", {3, 4}, {});
               layers::constrain(builder, from_json("constraint", R"({"type": "MaxNorm", "axis": 2})"), kernel);
             }));
  golden.check();
}

}  // namespace dltrain::test
