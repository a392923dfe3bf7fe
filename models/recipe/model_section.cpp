// [model]: inputs, layers, outputs, weights.
#include <algorithm>

#include "core/text.h"
#include "models/recipe/blocks.h"
#include "models/recipe/names.h"
#include "models/recipe/reading.h"
#include "models/recipe/sections.h"

namespace dltrain::models {

namespace {

bool check_input_name(Reading& reading, const std::string& name, const Place& place) {
  const std::string complaint = complaint_about_name(name);
  if (complaint.empty()) return true;
  reading.diagnostics.error("bad-name", place, "[model]",
                            "the name of an input " + complaint + " (was " + quote(name) + ")");
  return false;
}

// An input with what it must look like: { shape = [13], dtype = "int32" }, or the shape alone.
InputSpec read_input(Reading& reading, const Table::Entry& entry) {
  Table keys;
  if (entry.value.table() != nullptr) keys = *entry.value.table();
  else keys.set("shape", entry.value, entry.key_place);
  const auto read = reading.read_as<InputKeys>(keys, "input " + quote(entry.key), {}, entry.key_place);
  InputSpec input{entry.key, std::nullopt, std::nullopt, entry.key_place};
  if (read.shape) input.shape = Shape(*read.shape);
  if (read.dtype) input.dtype = dtype_of(*read.dtype);
  return input;
}

// "image", ["image", "meta"], or a table with what each must look like. False if something is wrong.
bool read_inputs(Reading& reading, const Setting& given, std::vector<InputSpec>& inputs) {
  const size_t before = reading.diagnostics.error_count();
  if (given.table() != nullptr) {
    for (const Table::Entry& entry : given.table()->entries()) {
      if (check_input_name(reading, entry.key, entry.key_place)) inputs.push_back(read_input(reading, entry));
    }
  } else {
    const List one = {given};
    for (const Setting& name : given.list() != nullptr ? *given.list() : one) {
      if (name.text() == nullptr) {
        Diagnostic& d = reading.diagnostics.error(
            "wrong-type", name.place(), "[model]",
            "an input is a name in quotes (was " + name.toml() + ", " + name.type_text() + ")");
        d.help = "write inputs = [\"image\", \"meta\"], or inputs = { image = [28, 28, 1], meta = [4] }";
      } else if (check_input_name(reading, *name.text(), name.place())) {
        inputs.push_back({*name.text(), std::nullopt, std::nullopt, name.place()});
      }
    }
  }
  if (inputs.empty() && reading.diagnostics.error_count() == before) {
    reading.diagnostics.error("empty-list", given.place(), "[model]", "inputs is empty").hint =
        "leave it out where the data has one input";
  }
  return reading.diagnostics.error_count() == before;
}

// The list of layers; null, and reported, if there is none.
const List* layers_of(Reading& reading, const Setting& given) {
  if (given.is_none()) return nullptr;  // reported as missing
  if (given.list() == nullptr) {
    Diagnostic& d = reading.diagnostics.error("wrong-type", given.place(), "[model]",
                                              "layers must be a list (was " + given.type_text() + ")");
    d.help = given.table() != nullptr
                 ? "write layers = [ { type = ... }, ... ], or [[model.layers]] with double brackets for each layer"
                 : "write layers = [ { type = \"Dense\", units = 10 }, ... ]";
    return nullptr;
  }
  if (given.list()->empty()) {
    reading.diagnostics.error("empty-list", given.place(), "[model]", "layers is empty").hint =
        "a model has at least one layer";
    return nullptr;
  }
  return given.list();
}

// The name of a block among the outputs stands for the layer that gives its output.
Setting model_outputs(const Setting& given, const WrittenOut& written) {
  const auto layer_of = [&](const Setting& name) {
    const auto known = name.text() != nullptr ? written.outputs.find(*name.text()) : written.outputs.end();
    return known != written.outputs.end() ? Setting(known->second, name.place()) : name;
  };
  if (given.list() == nullptr) return layer_of(given);
  List names;
  for (const Setting& name : *given.list()) names.push_back(layer_of(name));
  return {std::move(names), given.place()};
}

}  // namespace

ModelSpec read_model(Reading& reading, bool& outputs_ok) {
  ModelSpec model;
  model.place = reading.section_place("model");
  const Table* table = reading.section("model");
  if (table == nullptr) {
    outputs_ok = false;
    if (reading.lacks("model")) {
      reading.diagnostics.error("missing-section", reading.whole(), "", "there is no section [model]").help =
          "add [model] with layers = [ ... ]";
    }
    return model;
  }
  const auto section = reading.read_as<ModelSection>(*table, "[model]", {}, model.place);
  model.weights = section.weights.value_or("");
  if (section.inputs.is_none()) model.inputs.push_back({"input", std::nullopt, std::nullopt, {}});
  else outputs_ok = read_inputs(reading, section.inputs, model.inputs);
  const Blocks blocks = read_blocks(reading);
  const List* layers = layers_of(reading, section.layers);
  if (layers == nullptr) {
    outputs_ok = false;
    return model;
  }
  const WrittenOut written = write_out(reading, blocks, *layers, model.inputs);
  const Setting outputs = model_outputs(section.outputs, written);
  std::vector<LayerDraft> drafts = read_layers(reading, written.layers, written.numbers);
  outputs_ok = outputs_ok && connect(reading, model, drafts, outputs.is_none() ? nullptr : &outputs);
  for (LayerDraft& draft : drafts) model.layers.push_back(std::move(draft.spec));
  return model;
}

}  // namespace dltrain::models
