#include "training/weights.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "core/files.h"
#include "core/text.h"
#include "formats/hdf5/weights_file.h"
#include "models/keras_paths.h"
#include "models/optimizers/optimizer.h"

namespace dltrain::training {

using formats::WeightGroup;
using models::KerasLayer;
using models::KerasVariable;

namespace {

const models::LayerSpec& layer_spec(const models::ModelSpec& model, const std::string& name) {
  return *std::find_if(model.layers.begin(), model.layers.end(),
                       [&](const models::LayerSpec& l) { return l.name == name; });
}

// Keras' Normalization has a third variable where it adapts, a count that nothing reads.
bool has_count(const models::ModelSpec& model, const std::string& layer, size_t variables) {
  return variables == 2 && layer_spec(model, layer).component.kind == "Normalization";
}

std::vector<KerasVariable> variables_of(const models::Program& program) {
  return models::keras_variables(program.spec().model, program.states());
}

// The value of a state; a Bug if it is not there, or has been taken already.
Array take(std::map<std::string, Array>& values, const std::string& state) {
  const auto found = values.find(state);
  if (found == values.end()) throw Bug("there is no value for the state " + quote(state));
  Array value = std::move(found->second);
  values.erase(found);
  return value;
}

// Keras numbers the optimizer's variables: iteration, learning rate (where it is a number), then the slots.
WeightGroup optimizer_group(const models::Program& program, std::map<std::string, Array>& values,
                            std::optional<double> learning_rate) {
  std::vector<graph::StateInfo> weights;
  for (const KerasVariable& variable : variables_of(program)) {
    const graph::StateInfo* info = program.states().find(variable.state);
    if (info->role == graph::StateRole::weight && info->trainable) weights.push_back(*info);
  }
  const auto optimizer = models::make_optimizer(program.spec().train.optimizer);
  WeightGroup group{"optimizer", snake_case(program.spec().train.optimizer.kind), {}};
  group.variables.push_back(take(values, models::state_name::iteration));
  if (!optimizer->learning_rate.component) {
    set_element(group.variables.emplace_back(DType::f32, Shape{}), 0,
                learning_rate.value_or(optimizer->learning_rate.number));
  }
  for (const models::Slot& slot : optimizer->slots(weights)) group.variables.push_back(take(values, slot.state.name));
  return group;
}

}  // namespace

std::vector<WeightGroup> take_weight_groups(const models::Program& program, std::map<std::string, Array>& values) {
  const models::ModelSpec& spec = program.spec().model;
  std::vector<WeightGroup> groups;
  const std::vector<KerasVariable> variables = variables_of(program);
  for (const KerasLayer& layer : models::keras_layers(spec)) {
    const size_t own = groups.size();
    groups.push_back({layer.group, layer.name, {}});
    for (const KerasVariable& variable : variables) {
      if (variable.layer != layer.name) continue;
      if (variable.group != layer.group && variable.group != groups.back().path)
        groups.push_back({variable.group, variable.name, {}});
      groups.back().variables.push_back(take(values, variable.state));
    }
    if (has_count(spec, layer.name, groups[own].variables.size()))
      groups[own].variables.emplace_back(DType::i64, Shape{});
  }
  return groups;
}

void save_weights(Model& model, const std::string& path) {
  std::map<std::string, Array> values;
  for (formats::NamedArray& state : copy_states(model)) values.emplace(std::move(state.name), std::move(state.array));
  std::vector<WeightGroup> groups = take_weight_groups(model.program(), values);
  if (values.contains(models::state_name::iteration))
    groups.push_back(optimizer_group(model.program(), values, model.learning_rate()));
  values.clear();
  formats::write_weights_file(path, groups);
}

namespace {

// What does not fit between a file and a model, one line each.
void refuse(const std::string& path, const std::vector<std::string>& misfits) {
  constexpr size_t most = 20;
  if (misfits.empty()) return;
  const std::vector<std::string> shown(misfits.begin(),
                                       misfits.begin() + static_cast<long>(std::min(misfits.size(), most)));
  std::string text = "the weights do not fit the model:\n     " + join(shown, "\n     ");
  if (misfits.size() > most) text += "\n     ... and " + std::to_string(misfits.size() - most) + " more";
  throw UserError(ExitCode::model, "weights-misfit", path, text, "use the recipe that the weights were trained with");
}

}  // namespace

States read_weights(const models::Program& program, const std::string& path) {
  const models::ModelSpec& spec = program.spec().model;
  std::map<std::pair<std::string, int>, Array> found;
  for (WeightGroup& group : formats::read_weights_file(path)) {
    if (!group.path.starts_with("layers/")) continue;
    for (size_t i = 0; i < group.variables.size(); ++i)
      found[{group.path, static_cast<int>(i)}] = std::move(group.variables[i]);
  }
  std::vector<std::string> misfits;
  States values;
  for (const KerasVariable& variable : variables_of(program)) {
    const graph::StateInfo& info = *program.states().find(variable.state);
    const auto array = found.find({variable.group, variable.number});
    if (array == found.end()) {
      misfits.push_back(variable.state + " " + info.type.shape.text() + ": missing in the file (" + variable.path() +
                        ")");
      continue;
    }
    if (array->second.shape == info.type.shape)
      values.push_back({variable.state, converted(array->second, info.type.dtype)});
    else
      misfits.push_back(variable.state + " " + info.type.shape.text() + ": the file has " + array->second.shape.text() +
                        " (" + variable.path() + ")");
    found.erase(array);
  }
  for (const KerasLayer& layer : models::keras_layers(spec)) {
    if (has_count(spec, layer.name, 2)) found.erase({layer.group, 2});
  }
  for (const auto& [left, array] : found) {
    misfits.push_back(left.first + "/vars/" + std::to_string(left.second) + " " + array.shape.text() +
                      ": in the file, not in the model");
  }
  refuse(path, misfits);
  return values;
}

void load_weights(Model& model, const std::string& path) {
  for (const formats::NamedArray& state : read_weights(model.program(), path))
    model.session().set_state(state.name, state.array);
}

std::string starting_weights(const models::Spec& spec) {
  const std::string beside = join_path(parent_path(spec.recipe_path), spec.model.weights);
  const char* data = std::getenv("DLTRAIN_DATA");
  if (exists(beside) || spec.model.weights.starts_with('/')) return beside;
  if (data != nullptr && exists(join_path(data, spec.model.weights))) return join_path(data, spec.model.weights);
  throw UserError(ExitCode::model, "no-weights", "weights " + quote(spec.model.weights),
                  "there is no such file: neither " + beside + " nor in " +
                      (data != nullptr ? data : "$DLTRAIN_DATA, which is not set"),
                  "give the path of a .weights.h5 file, relative to the recipe");
}

}  // namespace dltrain::training
