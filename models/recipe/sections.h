// The keys of the sections that are not plain members of the Spec, described as components are (core/describe.h), in
// the family "section". One declaration gives reading, defaults, rules, documentation and the schema for editors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/convert.h"
#include "core/data_spec.h"
#include "core/schema.h"
#include "models/spec.h"

namespace dltrain {

std::span<const EnumName<SplitBy>> enum_names(SplitBy);

}  // namespace dltrain

namespace dltrain::models {

// What is wrong with the name of a run, which names a folder too; empty if nothing.
std::string complaint_about_run_name(const Setting& name);

// The number of the recipe language: it grows where a key gets another name, never where one is added.
constexpr int64_t language = 1;
// What is wrong with a recipe's number of it; empty if nothing.
std::string complaint_about_language(const Setting& number);

// What stands above the first section.
struct TopSection {
  static constexpr auto kind = "recipe";
  std::optional<int64_t> schema;
  std::optional<std::string> name;
  std::optional<std::string> extends;
  int64_t seed = 0;

  static void describe(auto& d) {
    d.doc("What stands above the first section.");
    d.param(&TopSection::name, "name", "of the run, and of its folder; the recipe's file name by default")
        .obeys(&complaint_about_run_name);
    d.param(&TopSection::extends, "extends",
            "path of a recipe that this one builds on: tables are joined, all else is replaced")
        .path();
    d.param(&TopSection::seed, "seed", "of everything random: first weights, shuffling, dropout, division of the data")
        .at_least(0);
    d.param(&TopSection::schema, "schema",
            "number of the recipe language that the recipe is written in; that of the program by default")
        .at_least(1)
        .obeys(&complaint_about_language);
  }
};

// A validation or test part that is a share of the data.
struct ShareSection {
  static constexpr auto kind = "part";
  double split = 0;
  SplitBy how = SplitBy::automatic;
  std::optional<int64_t> seed;

  static void describe(auto& d) {
    d.doc("A part of the data for validation or test: a share of the main source, or a source of its own.");
    d.param(&ShareSection::split, "split", "share of all samples").required().greater_than(0).less_than(1);
    d.param(&ShareSection::how, "how", "how its samples are chosen; automatic: stratified for classes, else random");
    d.param(&ShareSection::seed, "seed",
            "of this division, so that runs with other seeds keep it; the run's by default")
        .at_least(0);
  }
};

struct ModelSection {
  static constexpr auto kind = "model";
  Setting inputs;
  Setting layers;
  Setting outputs;
  std::optional<std::string> weights;

  static void describe(auto& d) {
    d.doc("The layers from the inputs to the outputs.");
    d.param(&ModelSection::inputs, "inputs",
            "names of the inputs, or a table of their shapes; needed for several only");
    d.param(&ModelSection::layers, "layers", "a list of layers; one without `inputs` takes the layer above it")
        .required();
    d.param(&ModelSection::outputs, "outputs", "names of the layers that are outputs; the last layer by default");
    d.param(&ModelSection::weights, "weights", "a file of weights to start from").path();
  }
};

// What every layer may say beside its own keys.
struct LayerKeys {
  static constexpr auto kind = "layer";
  std::optional<std::string> name;
  std::vector<std::string> inputs;
  int64_t repeat = 1;
  bool trainable = true;
  double learning_rate_factor = 1;

  static void describe(auto& d) {
    d.doc("What every layer may say beside its own keys.");
    d.param(&LayerKeys::name, "name",
            "of the layer, for `inputs`, `outputs` and messages; as Keras numbers them by default");
    d.param(&LayerKeys::inputs, "inputs",
            "names of layers above or of inputs of the model; the layer above by default");
    d.param(&LayerKeys::repeat, "repeat", "how many such layers follow one another, each with its own weights")
        .at_least(1)
        .at_most(10000);
    d.param(&LayerKeys::trainable, "trainable", "whether training changes the layer's weights");
    d.param(&LayerKeys::learning_rate_factor, "learning_rate_factor",
            "multiplies the learning rate of the layer's weights")
        .at_least(0);
  }
};

// A layer that is applied again.
struct ReuseKeys {
  static constexpr auto kind = "reuse";
  std::string reuse;
  std::optional<std::string> name;
  std::vector<std::string> inputs;

  static void describe(auto& d) {
    d.doc("Applies a layer above again, with the same weights.");
    d.param(&ReuseKeys::reuse, "reuse", "name of the layer").required();
    d.param(&ReuseKeys::name, "name", "of this call");
    d.param(&ReuseKeys::inputs, "inputs", "what this call takes; the layer above by default");
  }
};

// A piece of model with parameters.
struct BlockSection {
  static constexpr auto kind = "block";
  Setting params;
  std::vector<std::string> required;
  std::vector<std::string> inputs = {"input"};
  std::vector<std::string> outputs;
  Setting layers;

  static void describe(auto& d) {
    d.doc("[blocks.NAME]: a piece of model with parameters, used like a layer type.");
    d.param(&BlockSection::params, "params", "a table of parameters with their defaults; \"${name}\" stands for one");
    d.param(&BlockSection::required, "required", "names of parameters that have no default");
    d.param(&BlockSection::inputs, "inputs", "names by which its layers take what the block takes");
    d.param(&BlockSection::outputs, "outputs",
            "layers that others may take; the first is what the next layer takes; the last layer by default");
    d.param(&BlockSection::layers, "layers", "a list of layers, as in [model]; they see names in the block only")
        .required();
  }
};

// What the use of a block may say beside the block's parameters.
struct BlockUseKeys {
  static constexpr auto kind = "block use";
  std::optional<std::string> name;
  std::vector<std::string> inputs;
  int64_t repeat = 1;
  bool trainable = true;
  double learning_rate_factor = 1;
  std::optional<std::string> until;

  static void describe(auto& d) {
    d.doc("What the use of a block may say beside the block's parameters.");
    d.param(&BlockUseKeys::name, "name", "its layers are called NAME/LAYER; numbered as layers are by default");
    d.param(&BlockUseKeys::inputs, "inputs", "what the block takes; the layer above by default");
    d.param(&BlockUseKeys::repeat, "repeat", "how many such blocks follow one another").at_least(1).at_most(10000);
    d.param(&BlockUseKeys::trainable, "trainable", "of all its layers that do not say it themselves");
    d.param(&BlockUseKeys::learning_rate_factor, "learning_rate_factor",
            "of all its layers that do not say it themselves")
        .at_least(0);
    d.param(&BlockUseKeys::until, "until",
            "name of one of its layers: what stands behind it is left out, and it is the output");
  }
};

struct InputKeys {
  static constexpr auto kind = "input";
  std::optional<std::vector<int64_t>> shape;
  std::optional<std::string> dtype;

  static void describe(auto& d) {
    d.doc("What an input of the model must look like; checked against the data.");
    d.param(&InputKeys::shape, "shape", "sizes of one sample").at_least(1);
    d.param(&InputKeys::dtype, "dtype", "of the numbers")
        .one_of({"float32", "float64", "int8", "uint8", "int32", "int64", "bool"});
  }
};

struct TrainSection : TrainSpec {
  static constexpr auto kind = "train";
  Setting loss;
  Setting loss_weights;
  Setting metrics;
  Setting class_weight;
  std::vector<std::string> freeze;

  static void describe(auto& d) {
    TrainSpec::describe(d);
    d.param(&TrainSection::loss, "loss", "what training makes small; one loss, or a table by output").required();
    d.param(&TrainSection::loss_weights, "loss_weights", "factors of the losses in their sum; a table by output");
    d.param(&TrainSection::metrics, "metrics", "what else is measured; a list, or a table of lists by output");
    d.param(&TrainSection::class_weight, "class_weight",
            "factors of the classes in the loss: a table by class, or \"balanced\"");
    d.param(
        &TrainSection::freeze, "freeze",
        "names of layers whose weights stay as they are (trainable = false); * stands for any characters, ? for one");
  }
};

// All of them, for documentation and the schema of editors.
void add_sections(Catalogue& catalogue);

}  // namespace dltrain::models
