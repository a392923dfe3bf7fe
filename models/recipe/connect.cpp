// What each layer takes: names of layers above it and of inputs of the model. Names only point upwards, so there are no
// cycles.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "core/text.h"
#include "models/recipe/reading.h"

namespace dltrain::models {

namespace {

class Connector {
 public:
  Connector(Reading& reading, ModelSpec& model, std::vector<LayerDraft>& drafts)
      : reading_(reading), model_(model), drafts_(drafts) {}

  bool connect(const Setting* outputs) {
    if (drafts_.empty()) return false;  // every layer was refused
    const size_t before = reading_.diagnostics.error_count();
    collect_names();
    names_ok_ = reading_.diagnostics.error_count() == before;
    for (const LayerDraft& draft : drafts_) {
      const bool known =
          !draft.spec.reuse.empty() || reading_.catalogue.find("layer", draft.spec.component.kind) != nullptr;
      if (!known) reading_.missing_parts.push_back(draft.spec.name);  // its type may be meant for a block
    }
    for (size_t i = 0; i < drafts_.size(); ++i) {
      if (!drafts_[i].spec.reuse.empty()) resolve_reuse(i);
      resolve_inputs(i);
    }
    const size_t before_outputs = reading_.diagnostics.error_count();
    resolve_outputs(outputs);
    const bool outputs_ok =
        names_ok_ && !reading_.layers_missing && reading_.diagnostics.error_count() == before_outputs;
    const bool reused =
        std::any_of(drafts_.begin(), drafts_.end(), [](const LayerDraft& d) { return !d.spec.reuse.empty(); });
    const bool named =
        std::any_of(drafts_.begin(), drafts_.end(), [](const LayerDraft& d) { return d.inputs != nullptr; });
    model_.sequential = !reused && !named && outputs == nullptr && model_.inputs.size() == 1;
    if (!broken_ && !reading_.layers_missing && reading_.diagnostics.error_count() == before) report_unused();
    return outputs_ok;
  }

 private:
  Diagnostic& error(Code code, const Place& place, const std::string& who, const std::string& what) {
    return reading_.diagnostics.error(code, place, who, what);
  }

  void collect_names() {
    std::map<std::string, Place> places;
    for (const InputSpec& input : model_.inputs) {
      if (!places.emplace(input.name, input.place).second) {
        error("duplicate-name", input.place, "[model]", "two inputs are called " + quote(input.name))
            .notes.push_back({places.at(input.name), "the first stands here"});
      }
    }
    for (size_t i = 0; i < drafts_.size(); ++i) {
      const std::string& name = drafts_[i].spec.name;
      const auto [other, fresh] = places.emplace(name, drafts_[i].name_place);
      index_.emplace(name, i);
      if (!fresh) report_double(name, drafts_[i].name_place, other->second);
    }
  }

  void report_double(const std::string& name, const Place& place, const Place& first) {
    const bool input = is_input(name);
    Diagnostic& d = error("duplicate-name", place, "[model]",
                          input ? "a layer is called " + quote(name) + ", like an input of the model"
                                : "two layers are called " + quote(name));
    if (first.known()) d.notes.push_back({first, input ? "the input stands here" : "the first stands here"});
    d.help = "give each its own name";
  }

  bool is_input(const std::string& name) const {
    return std::any_of(model_.inputs.begin(), model_.inputs.end(), [&](const InputSpec& i) { return i.name == name; });
  }

  // Names that a layer may take.
  std::vector<std::string> names_above(size_t layer) const {
    std::vector<std::string> names;
    for (const InputSpec& input : model_.inputs) names.push_back(input.name);
    for (size_t i = 0; i < layer; ++i) names.push_back(drafts_[i].spec.name);
    return names;
  }

  std::string who(size_t layer) const {
    const LayerSpec& spec = drafts_[layer].spec;
    return spec.component.kind.empty() || spec.component.kind == "reuse" ? "layer " + quote(spec.name) : spec.who();
  }

  // A name that stands at or below the layer that asks for it. False if it does not exist at all.
  bool report_below(size_t layer, const std::string& name, const Place& place, const std::string& verb) {
    const auto found = index_.find(name);
    if (found == index_.end()) return false;
    if (found->second == layer) {
      error("takes-itself", place, who(layer), "it " + verb + " itself").help =
          "a layer takes layers above it, or inputs of the model";
      return true;
    }
    const Place& there = drafts_[found->second].name_place;
    Diagnostic& d =
        error("further-down", place, who(layer), "it " + verb + " " + quote(name) + ", which stands further down");
    if (there.known()) d.notes.push_back({there, quote(name) + " stands here"});
    d.help = "move it up: a layer takes layers above it, or inputs of the model";
    return true;
  }

  void resolve_reuse(size_t layer) {
    LayerSpec& spec = drafts_[layer].spec;
    const Place place = drafts_[layer].given->table()->at("reuse").place();
    const auto found = index_.find(spec.reuse);
    if (found == index_.end() || found->second >= layer) {
      if (report_below(layer, spec.reuse, place, "applies") || reading_.is_in_missing_part(spec.reuse)) return;
      std::vector<std::string> names;
      for (size_t i = 0; i < layer; ++i) names.push_back(drafts_[i].spec.name);
      suggest(error("unknown-layer", place, who(layer), "there is no layer " + quote(spec.reuse) + " above"),
              spec.reuse, names);
      return;
    }
    const LayerSpec& target = drafts_[found->second].spec;
    if (!target.reuse.empty()) {
      error("second-reuse", place, who(layer),
            quote(spec.reuse) + " is itself layer " + quote(target.reuse) + ", applied again")
          .hint = "write reuse = " + quote(target.reuse);
      return;
    }
    spec.component = target.component;
    spec.trainable = target.trainable;
    spec.learning_rate_factor = target.learning_rate_factor;
  }

  void resolve_inputs(size_t layer) {
    LayerDraft& draft = drafts_[layer];
    if (draft.inputs == nullptr) {
      take_above(layer);
      return;
    }
    const List one = {*draft.inputs};
    const List& names = draft.inputs->list() != nullptr ? *draft.inputs->list() : one;
    if (names.empty()) {
      error("empty-list", draft.inputs->place(), who(layer), "inputs is empty").hint =
          "leave it out to take the layer above";
      return;
    }
    for (const Setting& name : names) {
      if (name.text() == nullptr) {
        broken_ = true;  // reported with the layer's keys
        return;
      }
      resolve_input(layer, *name.text(), name.place());
      draft.spec.inputs.push_back(*name.text());
    }
  }

  void resolve_input(size_t layer, const std::string& name, const Place& place) {
    const auto found = index_.find(name);
    if (is_input(name) || (found != index_.end() && found->second < layer)) {
      used_.insert(name);
      return;
    }
    if (report_below(layer, name, place, "takes") || !names_ok_ || reading_.is_in_missing_part(name)) return;
    if (!said_.emplace(place.source.get(), place.line, place.column).second) return;  // of a block's other copies
    Diagnostic& d = error("unknown-layer", place, who(layer), "there is no layer or input " + quote(name) + " above");
    suggest(d, name, names_above(layer));
    if (d.hint.empty() && name.find('/') == std::string::npos && !model_.inputs.front().place.known())
      d.help = "if it is an input of the data, declare it: [model] inputs = [" + quote(name) + "]";
  }

  void take_above(size_t layer) {
    std::string name;
    if (layer > 0) {
      name = drafts_[layer - 1].spec.name;
    } else if (model_.inputs.size() == 1) {
      name = model_.inputs.front().name;
    } else {
      Diagnostic& d = error(
          "which-input", drafts_[layer].spec.place, who(layer),
          "the model has " + std::to_string(model_.inputs.size()) + " inputs, and nothing says which this layer takes");
      d.help = "add inputs = " + quote(model_.inputs.front().name);
      return;
    }
    used_.insert(name);
    drafts_[layer].spec.inputs = {name};
  }

  void resolve_outputs(const Setting* given) {
    if (given == nullptr) {
      add_output(drafts_.back().spec.name, drafts_.back().name_place);
      return;
    }
    const List one = {*given};
    const List& names = given->list() != nullptr ? *given->list() : one;
    if (names.empty()) {
      error("empty-list", given->place(), "[model]", "outputs is empty").hint = "leave it out to take the last layer";
    }
    for (const Setting& name : names) {
      if (name.text() == nullptr) {
        error("wrong-type", name.place(), "[model]",
              "an output is the name of a layer in quotes (was " + name.toml() + ", " + name.type_text() + ")");
      } else {
        check_output(*name.text(), name.place());
      }
    }
  }

  void check_output(const std::string& name, const Place& place) {
    if (index_.contains(name)) {
      add_output(name, place);
      return;
    }
    if (reading_.is_in_missing_part(name) && !is_input(name)) return;
    Diagnostic& d =
        error("unknown-output", place, "[model]",
              is_input(name) ? "the output " + quote(name) + " is an input of the model; an output is a layer"
                             : "there is no layer " + quote(name));
    std::vector<std::string> names;
    for (const LayerDraft& draft : drafts_) names.push_back(draft.spec.name);
    suggest(d, name, names);
  }

  void add_output(const std::string& name, const Place& place) {
    const auto& outputs = model_.outputs;
    if (name == "type") {
      error("bad-name", place, "[model]", "an output cannot be called \"type\"").help =
          "give the layer another name: a table with \"type\" means one loss, not a table by output";
    }
    if (std::find(outputs.begin(), outputs.end(), name) != outputs.end()) {
      error("duplicate-name", place, "[model]", "the output " + quote(name) + " is named twice");
      return;
    }
    model_.outputs.push_back(name);
    used_.insert(name);
  }

  void report_unused() {
    if (reading_.layers_missing) return;  // what is missing may use them
    for (const InputSpec& input : model_.inputs) {
      if (used_.contains(input.name)) continue;
      error("unused", input.place, "[model]", "nothing uses the input " + quote(input.name)).help =
          "let a layer take it with inputs = " + quote(input.name) + ", or leave it out";
    }
    for (size_t i = 0; i < drafts_.size(); ++i) {
      if (used_.contains(drafts_[i].spec.name) || reading_.is_in_missing_part(drafts_[i].spec.name)) continue;
      const bool of_block = drafts_[i].spec.name.find('/') != std::string::npos;
      Diagnostic& d = error("unused", drafts_[i].name_place, who(i), "nothing uses it, and it is not an output");
      d.help = help_for_copy(drafts_[i].spec.name);
      if (!d.help.empty()) continue;
      d.help = "let a layer take it with inputs = " + quote(drafts_[i].spec.name) + ", add it to [model] outputs, or " +
               (of_block ? "end the block with an earlier layer (until = \"...\")" : "leave it out");
    }
  }

  // For the last of what is repeated, where the first one's name was taken for it; empty for other layers.
  std::string help_for_copy(const std::string& layer) const {
    for (const auto& [first, last] : reading_.last_copies) {
      const bool taken = std::any_of(used_.begin(), used_.end(), [&](const std::string& name) {
        return name == first || name.starts_with(first + "/");
      });
      if (!taken || (layer != last && !layer.starts_with(last + "/"))) continue;
      const auto local = [](const std::string& name) { return quote(name.substr(name.rfind('/') + 1)); };
      return local(first) + " is the first of those that are repeated, and the last is called " + local(last) +
             ": write that where the last is meant; or repeat them in a block of their own, whose name stands for the last";
    }
    return {};
  }

  Reading& reading_;
  ModelSpec& model_;
  std::vector<LayerDraft>& drafts_;
  std::map<std::string, size_t> index_;  // first layer of each name
  std::set<std::string> used_;
  std::set<std::tuple<const Source*, int, int>> said_;  // where unknown names were reported
  bool names_ok_ = true;  // each name stands once; else an unknown name may be the other one's
  bool broken_ = false;  // the type of some `inputs` is wrong
};

}  // namespace

bool connect(Reading& reading, ModelSpec& model, std::vector<LayerDraft>& drafts, const Setting* outputs) {
  return Connector(reading, model, drafts).connect(outputs);
}

}  // namespace dltrain::models
