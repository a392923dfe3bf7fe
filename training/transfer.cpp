#include "training/transfer.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/files.h"
#include "core/text.h"
#include "formats/hdf5/weights_file.h"
#include "models/keras_paths.h"
#include "training/checkpoint/store.h"

namespace dltrain::training {

using formats::WeightGroup;
using graph::StateInfo;
using Fate = LayerTransfer::Fate;

bool Transfer::complete() const { return taken() == layers.size(); }

size_t Transfer::taken() const {
  return static_cast<size_t>(
      std::count_if(layers.begin(), layers.end(), [](const auto& l) { return l.fate == Fate::taken; }));
}

bool Transfer::takes(const std::string& layer) const {
  return std::any_of(layers.begin(), layers.end(), [&](const auto& l) {
    return (l.layer == layer || l.layer.starts_with(layer + "/")) && l.fate == Fate::taken;
  });
}

std::string weights_file_of(const std::string& path) {
  if (!exists(path)) {
    throw UserError(ExitCode::model, "no-weights", path, "there is no such file, run or model",
                    "name a .weights.h5 file, or the folder that \"dltrain fit\" printed");
  }
  if (!is_directory(path)) return path;
  for (const std::string inner : {"model/model.weights.h5", "model.weights.h5"}) {
    if (exists(join_path(path, inner))) return join_path(path, inner);
  }
  if (const auto checkpoint = best_checkpoint(path)) return join_path(checkpoint->path, "model.weights.h5");
  throw UserError(ExitCode::model, "no-weights", path, "this folder holds no model: model.weights.h5 is missing",
                  "name a run, or a .weights.h5 file");
}

namespace {

// A layer of the model that has weights or buffers, or a part of one that has a group of its own: "lstm/cell".
struct Wanted {
  std::string layer, path;
  std::vector<const StateInfo*> states;  // as Keras numbers them

  int64_t elements() const {
    int64_t sum = 0;
    for (const StateInfo* info : states) sum += info->type.elements();
    return sum;
  }
};

// "/cell" of "layers/lstm/cell".
std::string inner_path(const std::string& group) {
  const size_t inner = group.find('/', group.find('/') + 1);
  return inner == std::string::npos ? "" : group.substr(inner);
}

std::vector<Wanted> wanted_of(const Model& model) {
  std::vector<Wanted> wanted;
  for (const models::KerasVariable& variable :
       models::keras_variables(model.program().spec().model, model.program().states())) {
    if (wanted.empty() || wanted.back().path != variable.group)
      wanted.push_back({variable.layer + inner_path(variable.group), variable.group, {}});
    wanted.back().states.push_back(model.program().states().find(variable.state));
  }
  return wanted;
}

// Keras' Normalization saves a count behind mean and variance, which nothing reads.
size_t read_variables(const WeightGroup& group) {
  const bool count = group.path.starts_with("layers/normalization") && group.variables.size() == 3;
  return count ? 2 : group.variables.size();
}

bool fits(const Wanted& wanted, const WeightGroup& group) {
  if (read_variables(group) != wanted.states.size()) return false;
  for (size_t i = 0; i < wanted.states.size(); ++i) {
    if (wanted.states[i]->type.shape != group.variables[i].shape) return false;
  }
  return true;
}

// "kernel [64, 5], bias [5]"
std::string shapes_of(const Wanted& wanted) {
  std::vector<std::string> parts;
  for (const StateInfo* info : wanted.states)
    parts.push_back(info->name.substr(info->name.rfind('/') + 1) + " " + info->type.shape.text());
  return join(parts, ", ");
}

std::string shapes_of(const WeightGroup& group) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < read_variables(group); ++i) parts.push_back(group.variables[i].shape.text());
  return join(parts, ", ");
}

int64_t elements_of(const WeightGroup& group) {
  int64_t sum = 0;
  for (size_t i = 0; i < read_variables(group); ++i) sum += group.variables[i].elements();
  return sum;
}

std::string name_of(const WeightGroup& group) {
  return group.name.empty() ? group.path.substr(group.path.find('/') + 1) : group.name;
}

// Gives groups inside of layers the name of the layer with their path in it; Keras calls every cell "lstm_cell".
void name_inner_groups(std::vector<WeightGroup>& groups) {
  std::map<std::string, std::string> names;
  for (const WeightGroup& group : groups) names[group.path] = group.name;
  for (WeightGroup& group : groups) {
    const std::string inner = inner_path(group.path);
    if (inner.empty()) continue;
    const auto layer = names.find(group.path.substr(0, group.path.size() - inner.size()));
    group.name = layer == names.end() || layer->second.empty() ? "" : layer->second + inner;
  }
}

// One way of matching a file's groups with a model's layers.
Transfer match(const std::string& file, const std::vector<Wanted>& wanted, const std::vector<WeightGroup>& groups,
               bool by_name) {
  Transfer transfer{file, by_name, {}, {}};
  std::map<std::string, const WeightGroup*> known;
  for (const WeightGroup& group : groups) known.emplace(by_name ? group.name : group.path, &group);
  std::set<const WeightGroup*> used;
  for (const Wanted& layer : wanted) {
    const auto found = known.find(by_name ? layer.layer : layer.path);
    if (found == known.end()) {
      transfer.layers.push_back({layer.layer, Fate::absent, shapes_of(layer), layer.elements()});
      continue;
    }
    const WeightGroup& group = *found->second;
    used.insert(&group);
    if (!fits(layer, group)) {
      transfer.layers.push_back(
          {layer.layer, Fate::misfit, shapes_of(layer) + "; the file has " + shapes_of(group), layer.elements()});
      continue;
    }
    transfer.layers.push_back({layer.layer, Fate::taken, shapes_of(layer), layer.elements()});
    for (size_t i = 0; i < layer.states.size(); ++i) {
      transfer.values.emplace_back(layer.states[i]->name, converted(group.variables[i], layer.states[i]->type.dtype));
    }
  }
  for (const WeightGroup& group : groups) {
    if (!used.contains(&group))
      transfer.layers.push_back({name_of(group), Fate::surplus, shapes_of(group), elements_of(group)});
  }
  return transfer;
}

}  // namespace

Transfer plan_transfer(const Model& model, const std::string& file) {
  std::vector<WeightGroup> groups = formats::read_weights_file(file);
  name_inner_groups(groups);
  std::erase_if(groups, [](const WeightGroup& g) { return !g.path.starts_with("layers/") || g.variables.empty(); });
  const std::vector<Wanted> wanted = wanted_of(model);
  const bool named = std::none_of(groups.begin(), groups.end(), [](const WeightGroup& g) { return g.name.empty(); });
  Transfer by_path = match(file, wanted, groups, false);
  if (!named) return by_path;
  Transfer by_name = match(file, wanted, groups, true);
  return by_path.complete() && !by_name.complete() ? by_path : by_name;
}

void apply_transfer(Model& model, const Transfer& transfer) {
  for (const auto& [state, value] : transfer.values) model.session().set_state(state, value);
}

}  // namespace dltrain::training
