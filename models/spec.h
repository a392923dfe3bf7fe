// A recipe after validation: plain values, every default filled in. Equal specs train equal models. Printable as
// canonical TOML (models/canonical.h).
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
#include "models/batch_size.h"
#include "models/expectation.h"

namespace dltrain::models {

// What is wrong with the name of a device; empty if nothing.
std::string complaint_about_device(const Setting& device);

struct RunSpec;
// The narrow dtype that the model computes in, of a mixed precision; none where all is float32.
std::optional<DType> narrow_dtype(const RunSpec& run);

// Sections describe their keys as components do (core/describe.h), in the family "section".
struct RunSpec {
  static constexpr auto kind = "run";
  std::string device = "auto";       // "auto", "cpu", "cuda", "cuda:N"
  std::string precision = "float32";
  int64_t threads = 0;               // 0: what the process may use
  bool deterministic = true;
  bool tune = false;
  std::string directory = "runs";
  int64_t log_every = 0;             // steps; 0: chosen by the trainer
  bool hints = true;                 // whether the program says what looks wrong
  std::optional<int64_t> repeat;     // runs, with seeds that follow one another

  static void describe(auto& d) {
    d.doc("Where and how the program computes.");
    d.param(&RunSpec::device, "device", "\"auto\", \"cpu\", \"cuda\" or \"cuda:N\"")
        .obeys(&complaint_about_device, {"^(auto|cpu|reference|cuda(:[0-9]{1,3})?)$", ""});
    d.param(&RunSpec::precision, "precision", "the numbers the model computes with")
        .one_of({"float32", "tensorfloat32", "mixed_bfloat16", "mixed_float16"});
    d.param(&RunSpec::threads, "threads", "processor threads; 0: as many as the process may use")
        .at_least(0)
        .at_most(4096);
    d.param(&RunSpec::deterministic, "deterministic", "the same recipe gives the same result, bit for bit");
    d.param(&RunSpec::tune, "tune", "choose the fastest kernels by timing them");
    d.param(&RunSpec::directory, "directory", "where run folders are made");
    d.param(&RunSpec::log_every, "log_every", "steps between two lines of a log; 0: chosen by the program").at_least(0);
    d.param(&RunSpec::hints, "hints",
            "after epoch one and at the end, say what looks wrong with the learning (docs/hints)");
    d.param(&RunSpec::repeat, "repeat",
            "how many runs dltrain fit makes, with seeds that follow one another; 1 by default")
        .at_least(1)
        .at_most(10000);
  }
  bool operator==(const RunSpec&) const = default;
};

// An input of the model; shape and dtype are checked against the data where they are given.
struct InputSpec {
  std::string name;
  std::optional<Shape> shape;  // of one sample
  std::optional<DType> dtype;
  Place place;
  bool operator==(const InputSpec& other) const;
};

// One call of a layer. With `reuse`, the layer of that name is applied again with the same weights.
struct LayerSpec {
  std::string name;                 // unique; automatic names are Keras': "dense", "dense_1"
  Component component;              // family "layer"
  std::string reuse;                // name of the layer called again; empty: a layer of its own
  std::vector<std::string> inputs;  // names of layers or model inputs; never empty after validation
  bool trainable = true;
  double learning_rate_factor = 1;  // multiplies the learning rate of the layer's weights
  Place place;

  // `layer "hidden" (Dense)`, as messages begin.
  std::string who() const { return "layer \"" + name + "\" (" + component.kind + ")"; }
  bool operator==(const LayerSpec& other) const;
};

struct ModelSpec {
  std::vector<InputSpec> inputs;
  std::vector<LayerSpec> layers;     // in an order in which they can be computed
  std::vector<std::string> outputs;  // layer names
  std::string weights;               // file to start from; empty: initializers
  bool sequential = true;            // the recipe names no `inputs` of layers, no `outputs`, no `reuse`
  Place place;
  bool operator==(const ModelSpec& other) const;
};

// The class weights of one output: by name or number, or "balanced".
struct ClassWeights {
  bool balanced = false;
  std::vector<std::pair<std::string, double>> by_class;
  Place place;
  bool operator==(const ClassWeights& other) const;
};

// What one output is trained on and measured by.
struct OutputSpec {
  std::string name;  // of the layer
  Component loss;    // family "loss"; without a kind where a recipe is read for predicting only and names no loss
  double loss_weight = 1;
  std::vector<Component> metrics;  // family "metric"
  std::optional<ClassWeights> class_weights;
  Place loss_place;
  bool operator==(const OutputSpec& other) const;
};

struct TrainSpec {
  int64_t epochs = 10;
  BatchSize batch_size;
  std::optional<int64_t> effective_batch_size;  // where batch_size is to be chosen
  bool shuffle = true;
  bool drop_last = false;
  std::vector<OutputSpec> outputs;  // in the order of ModelSpec::outputs
  Component optimizer = {"optimizer", "Adam", {}, {}};
  int64_t gradient_accumulation = 1;  // micro-batches of batch_size per optimizer step
  int64_t validation_freq = 1;        // epochs between validations
  std::optional<int64_t> limit_batches;  // of each part in an epoch; none: all
  std::optional<std::vector<std::string>> recompute;  // {"auto"}, or patterns of names; none: everything is kept

  // All but the outputs, which models/recipe reads by itself.
  static void describe(auto& d) {
    d.doc("How the model is trained.");
    d.param(&TrainSpec::epochs, "epochs", "passes over the training part").formerly("nb_epoch").at_least(1);
    d.param(&TrainSpec::batch_size, "batch_size",
            "samples that are computed at once; \"auto\": as many as there is memory for, with effective_batch_size")
        .at_least(1)
        .one_of({"auto"});
    d.param(&TrainSpec::effective_batch_size, "effective_batch_size",
            "with batch_size = \"auto\": samples per update of the weights; gradient_accumulation follows")
        .at_least(1);
    d.param(&TrainSpec::shuffle, "shuffle", "a new order of the samples in each epoch");
    d.param(&TrainSpec::drop_last, "drop_last", "leave out the last batch of an epoch where it is not full");
    d.param(&TrainSpec::optimizer, "optimizer", "how weights follow gradients");
    d.param(&TrainSpec::gradient_accumulation, "gradient_accumulation", "batches per update of the weights")
        .at_least(1);
    d.param(&TrainSpec::validation_freq, "validation_freq", "epochs from one validation to the next").at_least(1);
    d.param(&TrainSpec::limit_batches, "limit_batches",
            "an epoch is at most so many batches, and so are validation and test: for trials; all by default")
        .at_least(1);
    d.param(&TrainSpec::recompute, "recompute",
            "what is computed again on the way back instead of being kept, to take less memory: \"auto\", or names of "
            "layers and blocks; * stands for any characters, ? for one");
  }
  bool operator==(const TrainSpec& other) const = default;
};

struct EvaluateSpec {
  static constexpr auto kind = "evaluate";
  int64_t batch_size = 0;  // 0: that of training

  static void describe(auto& d) {
    d.doc("How `dltrain evaluate` works.");
    d.param(&EvaluateSpec::batch_size, "batch_size", "samples per step; 0: as in training").at_least(0);
  }
  bool operator==(const EvaluateSpec&) const = default;
};

struct PredictSpec {
  static constexpr auto kind = "predict";
  int64_t batch_size = 0;  // 0: that of training

  static void describe(auto& d) {
    d.doc("How `dltrain predict` works.");
    d.param(&PredictSpec::batch_size, "batch_size", "samples per step; 0: as in training").at_least(0);
  }
  bool operator==(const PredictSpec&) const = default;
};

struct Spec {
  std::string name;  // of the run; the recipe's file name without ending where the recipe has none
  uint64_t seed = 0;
  RunSpec run;
  DataSpec data;
  ModelSpec model;
  TrainSpec train;
  EvaluateSpec evaluate;
  PredictSpec predict;
  std::vector<Component> callbacks;  // family "callback", those that the recipe names
  std::vector<ExpectSpec> expect;
  std::string recipe_path;

  // Whether they mean the same; neither places nor the path of the recipe count.
  bool operator==(const Spec& other) const;
};

}  // namespace dltrain::models
