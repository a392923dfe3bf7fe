// Blocks and repeats written out as plain layers.
#include <algorithm>
#include <optional>
#include <set>

#include "core/text.h"
#include "models/recipe/block_parameters.h"
#include "models/recipe/blocks.h"
#include "models/recipe/names.h"
#include "models/recipe/placeholder.h"
#include "models/recipe/sections.h"
#include "models/zoo/zoo.h"

namespace dltrain::models {

namespace {

constexpr size_t most_layers = 5'000;
constexpr size_t deepest = 16;

const std::string* text_at(const Setting& layer, const char* key) {
  const Setting* value = layer.table() != nullptr ? layer.table()->find(key) : nullptr;
  return value != nullptr ? value->text() : nullptr;
}

Table as_table(const Setting& layer) {
  if (layer.table() != nullptr) return *layer.table();
  Table table;
  table.set("type", layer, layer.place());
  return table;
}

// One list of layers while it is written out: the model's, or that of one use of a block.
struct Scope {
  std::string prefix;                         // "residual/"
  std::map<std::string, std::string> takes;   // what its layers may name -> the layer or input that it stands for
  std::string above;                          // what a layer without `inputs` takes; empty: the model's only input
  std::optional<Setting> until = {};          // the name of the layer that is to be the last
  bool is_model() const { return prefix.empty(); }
};

class Writer {
 public:
  Writer(Reading& reading, const Blocks& blocks) : reading_(reading), blocks_(&blocks) {}

  WrittenOut write(const List& layers, const std::vector<InputSpec>& model_inputs) {
    if (model_inputs.size() == 1) only_input_ = model_inputs.front().name;
    Scope model;
    write_list(layers, model);
    for (Setting& layer : result_.layers) translate_inputs(layer);
    return std::move(result_);
  }

  const std::vector<std::string>& used() const { return used_; }

 private:
  Diagnostic& error(Code code, const Place& place, const std::string& who, const std::string& what) {
    return reading_.diagnostics.error(code, place, who, what);
  }

  // One element for each time it is repeated, without the key.
  struct Copies {
    List layers;
    std::vector<size_t> origins;  // indices of what they are copies of
  };
  static Copies repeated(const List& layers) {
    Copies all;
    for (size_t origin = 0; origin < layers.size(); ++origin) {
      const int64_t times = repeats_of(layers[origin]);
      for (int64_t i = 0; i < times && all.layers.size() <= most_layers; ++i) {
        all.layers.push_back(copy_of(layers[origin], i));
        all.origins.push_back(origin);
      }
    }
    return all;
  }

  static Setting copy_of(const Setting& layer, int64_t number) {
    if (!has_repeat(layer)) return layer;  // what is wrong with one is said where the keys are read
    Table table = *layer.table();
    table.erase("repeat");
    if (number > 0) {
      table.erase("inputs");  // each takes the one before
      if (const std::string* name = text_at(layer, "name"))
        table.set("name", Setting(*name + "_" + std::to_string(number), table.at("name").place()),
                  table.key_place("name"));
    }
    return {std::move(table), layer.place()};
  }

  // Adds the layers of a list; scope.above is the last one's output then.
  void write_list(const List& given, Scope& scope) {
    const Copies copies = repeated(given);
    const List& layers = copies.layers;
    const std::vector<std::string> names = layer_names(layers);
    for (size_t i = 0, first = 0; i < layers.size(); ++i) {
      if (result_.layers.size() >= most_layers || used_.size() > most_layers) refuse_size(layers[i].place());
      if (stopped_) return;
      const std::string* type = layers[i].text() != nullptr ? layers[i].text() : text_at(layers[i], "type");
      const bool of_zoo = type != nullptr && type->starts_with(zoo::prefix);
      const Block* block = type == nullptr ? nullptr : of_zoo ? from_zoo(*type, layers[i]) : block_of(*type);
      const bool again = i > 0 && copies.origins[i] == copies.origins[i - 1];
      if (block != nullptr && again && block->inputs.size() > 1) repeat(*block, layers[i], names, i, scope);
      else if (block != nullptr) use(*block, layers[i], names[i], scope);
      else if (of_zoo) pass_by(names[i], scope);  // reported
      else add_layer(layers[i], names[i], scope);
      if (block == nullptr && type != nullptr) note_misspelt(*type);
      if (!again) first = i;
      else reading_.last_copies[scope.prefix + names[first]] = scope.prefix + names[i];
      if (scope.is_model()) result_.numbers.resize(result_.layers.size(), copies.origins[i]);
      if (scope.until && *scope.until->text() == names[i]) return;
    }
    if (!scope.until || stopped_) return;
    const std::string block = scope.prefix.substr(0, scope.prefix.size() - 1);
    suggest(error("unknown-layer", scope.until->place(), "layer " + quote(block),
                  "the block has no layer " + quote(*scope.until->text()) + " to end with"),
            *scope.until->text(), names);
  }

  const Block* block_of(const std::string& type) const {
    const auto found = blocks_->find(type);
    return found == blocks_->end() ? nullptr : &found->second;
  }

  // A block whose name is nearly that of an unknown type is not called unused: the type is reported with its layer.
  void note_misspelt(const std::string& type) {
    if (reading_.catalogue.find("layer", type) != nullptr || !noted_.insert(type).second) return;
    std::vector<std::string> names;
    for (const auto& [name, block] : *blocks_) names.push_back(name);
    if (const auto near = nearest(type, names)) used_.push_back(*near);
  }

  // A model of the zoo; null, and reported, if there is none.
  const Block* from_zoo(const std::string& type, const Setting& layer) {
    for (const auto& known : zoo_) {  // copies of one layer
      if (known->model.name == type && known->used_at.source == layer.place().source &&
          known->used_at.line == layer.place().line && known->used_at.column == layer.place().column)
        return &known->model;
    }
    const Place& place = layer.table() != nullptr ? layer.table()->at("type").place() : layer.place();
    auto model = read_zoo_model(reading_, type.substr(zoo::prefix.size()), layer.place());
    if (model != nullptr) return &zoo_.emplace_back(std::move(model))->model;
    std::vector<std::string> names;
    for (const std::string& name : zoo::names()) names.push_back(std::string(zoo::prefix) + name);
    suggest(error("unknown-type", place, "[model]", "there is no model " + quote(type)), type, names,
            "dltrain list zoo");
    return nullptr;
  }

  // As if there were no such layer, so that nothing follows from what is wrong with it.
  void pass_by(const std::string& name, Scope& scope) {
    reading_.layers_missing = true;
    reading_.missing_parts.push_back(scope.prefix + name);
    scope.takes[name] = scope.above;
    result_.outputs[scope.prefix + name] = scope.above.empty() ? only_input_ : scope.above;
  }

  // What could not be written out to its end is not looked at.
  Diagnostic& stop(Code code, const Place& place, const std::string& who, const std::string& what) {
    stopped_ = reading_.layers_missing = true;
    return error(code, place, who, what);
  }

  void refuse_size(const Place& place) {
    if (stopped_) return;
    stop("too-many-layers", place, "[model]", "with blocks and repeats written out, there are more than 5,000 layers")
        .help = "repeat less";
  }

  void add_layer(const Setting& given, const std::string& name, Scope& scope) {
    const std::string full = scope.prefix + name;
    const bool follows = scope.above == last_;
    if (scope.is_model() && follows) {  // as it is; its automatic name stays
      result_.layers.push_back(given);
    } else if (given.table() == nullptr && given.text() == nullptr) {
      result_.layers.push_back(given);  // reported with the layers
    } else {
      Table table = as_table(given);
      if (!scope.is_model()) {
        table.set("name", Setting(full, table.contains("name") ? table.at("name").place() : given.place()));
        localize(table, scope);
      }
      if (!table.contains("inputs") && !follows) table.set("inputs", Setting(scope.above, given.place()));
      result_.layers.emplace_back(std::move(table), given.place());
    }
    scope.takes[name] = full;
    scope.above = last_ = full;
  }

  // Names within a block become names within the model.
  void localize(Table& table, const Scope& scope) {
    for (const char* key : {"inputs", "reuse"}) {
      Setting* names = table.find(key);
      if (names == nullptr) continue;
      if (names->list() != nullptr) {
        for (Setting& name : *names->list()) localize(name, scope);
      } else {
        localize(*names, scope);
      }
    }
  }

  void localize(Setting& name, const Scope& scope) {
    if (name.text() == nullptr) return;
    const std::string given = *name.text();
    const auto known = scope.takes.find(given);
    if (known != scope.takes.end() && !known->second.empty()) {
      name = Setting(known->second, name.place());
    } else if (const size_t slash = given.find('/');
               slash != std::string::npos && scope.takes.contains(given.substr(0, slash))) {
      name = Setting(scope.prefix + given, name.place());
    } else if (known == scope.takes.end()) {
      std::vector<std::string> names;
      for (const auto& [local, full] : scope.takes) names.push_back(local);
      suggest(error("unknown-layer", name.place(), "block " + quote(scope.prefix.substr(0, scope.prefix.size() - 1)),
                    "there is no layer or input " + quote(given) + " above in the block"),
              given, names);
      if (!scope.above.empty()) name = Setting(scope.above, name.place());  // so that this is said once
    }
  }

  void use(const Block& block, const Setting& given, const std::string& name, Scope& outer) {
    used_.push_back(block.name);
    const std::string full = outer.prefix + name;
    const bool of_zoo = block.name.starts_with(zoo::prefix);
    const std::string who = "layer " + quote(full) + (of_zoo ? " (" : " (block ") + block.name + ")";
    if (block.layers == nullptr || block.broken) return pass_by(name, outer);  // reported at its definition
    if (const auto again = std::find(open_.begin(), open_.end(), block.name); again != open_.end()) {
      stop("block-in-itself", given.place(), who,
           "the block uses itself: " + join(std::vector(again, open_.end()), " -> ") + " -> " + block.name)
          .help = "a block may use other blocks, but not itself";
      return;
    }
    if (open_.size() >= deepest) {
      stop("too-many-layers", given.place(), who,
           "blocks stand in each other more than " + std::to_string(deepest) + " deep: " + open_.front() + " -> " +
               open_[1] + " -> ... -> " + block.name)
          .help = "use fewer levels";
      return;
    }
    Scope scope{full + "/", {}, {}, {}};
    Table keys = as_table(given);
    if (!outer.is_model()) localize(keys, outer);
    const size_t errors = reading_.diagnostics.error_count();
    take_inputs(block, keys, who, given.place(), outer, scope);
    Table parameters = read_block_use(reading_, block, keys, who, given.place());
    if (reading_.diagnostics.error_count() > errors) return pass_by(name, outer);
    for (const auto& [misspelt, meant] : block.meant) parameters.set(misspelt, parameters.at(meant));
    if (const Setting* until = keys.find("until")) scope.until = *until;
    const size_t first = result_.layers.size();
    open_.push_back(block.name);
    const Blocks* const outside = blocks_;
    if (block.own_blocks != nullptr) blocks_ = block.own_blocks;
    write_list(*with_parameters(Setting(*block.layers), parameters).list(), scope);
    blocks_ = outside;
    open_.pop_back();
    if (stopped_) return;
    pass_on(keys, first);
    close(block, scope, name, full, outer);
  }

  // A block of several inputs that follows itself: each input takes the output in its place.
  void repeat(const Block& block, const Setting& given, const std::vector<std::string>& names, size_t at,
              Scope& outer) {
    if (block.outputs.size() != block.inputs.size()) {
      const std::string outputs = counted(std::max<int64_t>(1, static_cast<int64_t>(block.outputs.size())), "output");
      if (block.layers != nullptr && said_of_repeats_.insert(given.place().line).second) {
        error("input-count", given.place(), "layer " + quote(outer.prefix + names[at]) + " (block " + block.name + ")",
              "it cannot be repeated: the block takes " + std::to_string(block.inputs.size()) + " inputs and gives " +
                  outputs + ", and each time takes what the time before gives")
            .help = "name as many outputs in [blocks." + toml_key(block.name) + "], or write each use by itself";
      }
      return pass_by(names[at], outer);
    }
    List inputs;
    for (const std::string& output : block.outputs) inputs.emplace_back(names[at - 1] + "/" + output, given.place());
    Table keys = as_table(given);
    keys.set("inputs", Setting(std::move(inputs), given.place()));
    use(block, Setting(std::move(keys), given.place()), names[at], outer);
  }

  // What the block takes becomes known to its layers under the names of its inputs.
  void take_inputs(const Block& block, const Table& keys, const std::string& who, const Place& place,
                   const Scope& outer, Scope& scope) {
    std::vector<std::string> taken;
    if (const Setting* given = keys.find("inputs")) {
      const List one = {*given};
      for (const Setting& input : given->list() != nullptr ? *given->list() : one) {
        if (input.text() == nullptr) {
          error("wrong-type", input.place(), who,
                "an input is the name of a layer in quotes (was " + input.toml() + ")");
          return;
        }
        taken.push_back(*input.text());
      }
    } else {
      taken.push_back(outer.above.empty() ? only_input_ : outer.above);
    }
    if (taken.size() != block.inputs.size()) {
      error("input-count", place, who,
            "the block takes " + counted(static_cast<int64_t>(block.inputs.size()), "input") + " (" +
                join(block.inputs, ", ") + "), and is given " + std::to_string(taken.size()))
          .help = "write inputs = [ ... ] with one name for each";
      return;
    }
    for (size_t i = 0; i < taken.size(); ++i) scope.takes[block.inputs[i]] = taken[i];
    // Where nothing is said, a first layer follows as it would without the block.
    scope.above = keys.contains("inputs") ? taken.front() : outer.above;
  }

  // trainable and the like hold for all layers of the block that do not say it themselves.
  void pass_on(const Table& keys, size_t first) {
    for (const char* key : {"trainable", "learning_rate_factor"}) {
      const Setting* value = keys.find(key);
      if (value == nullptr) continue;
      for (size_t i = first; i < result_.layers.size(); ++i) {
        Table* table = result_.layers[i].table();
        if (table != nullptr && !table->contains(key) && !table->contains("reuse"))
          table->set(key, *value, keys.key_place(key));
      }
    }
  }

  // The layer that a block's output of this name is: its own, or "part/layer" of a block in it. Empty if there is none.
  std::string output_of(const Scope& scope, const std::string& name) const {
    if (const auto known = scope.takes.find(name); known != scope.takes.end()) return known->second;
    const size_t slash = name.find('/');
    if (slash == std::string::npos || !scope.takes.contains(name.substr(0, slash))) return {};
    const std::string full = scope.prefix + name;
    if (const auto block = result_.outputs.find(full); block != result_.outputs.end()) return block->second;
    const bool written = std::any_of(result_.layers.begin(), result_.layers.end(), [&](const Setting& layer) {
      const std::string* called = text_at(layer, "name");
      return called != nullptr && *called == full;
    });
    return written ? full : "";
  }

  void close(const Block& block, const Scope& scope, const std::string& name, const std::string& full, Scope& outer) {
    std::string output = scope.above;
    result_.outputs[full] = outer.takes[name] = outer.above = output;
    if (scope.until) return;
    for (const std::string& given : block.outputs) {
      if (!output_of(scope, given).empty()) continue;
      std::vector<std::string> names;
      for (const auto& [local, known_as] : scope.takes) names.push_back(local);
      suggest(error("unknown-output", block.place, "block " + quote(block.name),
                    "the output " + quote(given) + " is not among its layers"),
              given, names);
      return;
    }
    if (!block.outputs.empty()) output = output_of(scope, block.outputs.front());
    // What a block in this one is called stands for its output.
    result_.outputs[full] = output;
    outer.takes[name] = output;
    outer.above = output;
  }

  // In the model, the name of a block stands for its output.
  void translate_inputs(Setting& layer) {
    Setting* inputs = layer.table() != nullptr ? layer.table()->find("inputs") : nullptr;
    if (inputs == nullptr) return;
    const auto translate = [&](Setting& name) {
      if (name.text() == nullptr) return;
      const auto known = result_.outputs.find(*name.text());
      if (known != result_.outputs.end()) name = Setting(known->second, name.place());
    };
    if (inputs->list() == nullptr) return translate(*inputs);
    for (Setting& name : *inputs->list()) translate(name);
  }

  Reading& reading_;
  const Blocks* blocks_;  // what layers may use where they stand: those of the recipe, or of a file of the zoo
  std::vector<std::unique_ptr<ZooModel>> zoo_;  // models that were used
  std::string only_input_;
  std::vector<std::string> open_;  // blocks that are being written out
  std::vector<std::string> used_;
  std::set<std::string> noted_;  // types that no layer and no block has
  std::string last_;  // the layer that was added last
  bool stopped_ = false;
  std::set<int> said_of_repeats_;  // lines
  WrittenOut result_;
};

}  // namespace

WrittenOut write_out(Reading& reading, const Blocks& blocks, const List& layers,
                     const std::vector<InputSpec>& model_inputs) {
  Writer writer(reading, blocks);
  WrittenOut written = writer.write(layers, model_inputs);
  for (const auto& [name, block] : blocks) {
    const bool used = std::ranges::find(writer.used(), name) != writer.used().end();
    if (used || reading.layers_missing) continue;  // what is missing may use it
    reading.diagnostics.warning("unused-block", block.place, "block " + quote(name), "no layer uses it").help =
        "write { type = " + quote(name) + " } among the layers, or leave the block out";
  }
  return written;
}

}  // namespace dltrain::models
