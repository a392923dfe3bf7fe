// A recipe after validation: plain values, every default filled in. Equal specs train equal models. Printable as canonical
// TOML (models/canonical.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/component.h"
#include "core/data_spec.h"
#include "core/dtype.h"
#include "core/shape.h"

namespace dltrain::models {

struct RunSpec {
  std::string device = "auto";       // "auto", "cpu", "cuda", "cuda:N"
  std::string precision = "float32";
  int64_t threads = 0;               // 0: what the process may use
  bool deterministic = true;
  bool tune = false;
  std::string directory = "runs";
  int64_t log_every = 0;             // steps; 0: chosen by the trainer
};

// An input of the model; shape and dtype are checked against the data where they are given.
struct InputSpec {
  std::string name;
  std::optional<Shape> shape;  // of one sample
  std::optional<DType> dtype;
  Place place;
};

// One call of a layer. With `reuse`, the layer of that name is applied again with the same weights.
struct LayerSpec {
  std::string name;                 // unique; automatic names are Keras': "dense", "dense_1"
  bool named = false;               // the recipe gives the name
  Component component;              // family "layer"
  std::string reuse;                // name of the layer called again; empty: a layer of its own
  std::vector<std::string> inputs;  // names of layers or model inputs; never empty after validation
  bool trainable = true;
  double learning_rate_factor = 1;
  Place place;

  // `layer "hidden" (Dense)`, as messages begin.
  std::string who() const { return "layer \"" + name + "\" (" + component.kind + ")"; }
};

struct ModelSpec {
  std::vector<InputSpec> inputs;
  std::vector<LayerSpec> layers;     // in an order in which they can be computed
  std::vector<std::string> outputs;  // layer names
  std::string weights;               // file to start from; empty: initializers
  bool sequential = true;            // every layer takes the one above it
  Place place;
};

// The class weights of one output: by name or number, or "balanced".
struct ClassWeights {
  bool balanced = false;
  std::vector<std::pair<std::string, double>> by_class;
  Place place;
};

// What one output is trained on and measured by.
struct OutputSpec {
  std::string name;  // of the layer
  Component loss;    // family "loss"
  double loss_weight = 1;
  std::vector<Component> metrics;  // family "metric"
  std::optional<ClassWeights> class_weights;
  Place loss_place;
};

struct TrainSpec {
  int64_t epochs = 10;
  int64_t batch_size = 32;
  bool shuffle = true;
  bool drop_last = false;
  std::vector<OutputSpec> outputs;  // in the order of ModelSpec::outputs
  Component optimizer;              // family "optimizer"
  int64_t gradient_accumulation = 1;  // micro-batches of batch_size per optimizer step
  int64_t validation_freq = 1;        // epochs between validations
};

struct PredictSpec {
  int64_t batch_size = 0;  // 0: that of training
};

struct Spec {
  std::string name;  // of the run; the recipe's file name without ending where the recipe has none
  uint64_t seed = 0;
  RunSpec run;
  DataSpec data;
  ModelSpec model;
  TrainSpec train;
  PredictSpec predict;
  std::string recipe_path;
};

}  // namespace dltrain::models
