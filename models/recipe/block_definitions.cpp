// What [blocks.NAME] says, checked whether the block is used or not.
#include <algorithm>
#include <functional>
#include <set>

#include "core/text.h"
#include "models/recipe/blocks.h"
#include "models/recipe/names.h"
#include "models/recipe/placeholder.h"
#include "models/recipe/sections.h"
#include "models/zoo/zoo.h"

namespace dltrain::models {

namespace {

bool names_a_layer(const Reading& reading, const std::string& name) {
  return reading.catalogue.find("layer", name) != nullptr || reading.catalogue.planned("layer", name);
}

class BlockReader {
 public:
  BlockReader(Reading& reading, const Table::Entry& entry) : reading_(reading), entry_(entry) {
    block_.name = entry.key;
    block_.place = entry.key_place;
  }

  Block read() {
    const Table& table = *entry_.value.table();
    const auto section = reading_.read_as<BlockSection>(table, who(), {}, block_.place);
    if (const Table* params = section.params.table()) block_.params = *params;
    else if (!section.params.is_none()) refuse_params(section.params);
    block_.required = section.required;
    block_.inputs = section.inputs;
    block_.outputs = section.outputs;
    for (const char* key : {"required", "inputs", "outputs"}) check_names(table, key);
    if (section.layers.is_none()) return std::move(block_);  // reported as missing
    block_.layers = table.at("layers").list();
    if (block_.layers == nullptr || block_.layers->empty()) {
      error("empty-list", section.layers.place(), "layers must be a list of at least one layer").help =
          "write layers = [ { type = \"Dense\", units = 10 }, ... ]";
      block_.layers = nullptr;
      return std::move(block_);
    }
    check_parameters();
    return std::move(block_);
  }

  // For blocks of a recipe.
  void check_name() {
    const std::string complaint = complaint_about_name(entry_.key);
    if (!complaint.empty() || entry_.key.find('/') != std::string::npos) {
      error("bad-name", entry_.key_place, "the name " + (complaint.empty() ? "contains a \"/\"" : complaint));
    }
    if (names_a_layer(reading_, entry_.key)) {
      error("bad-name", entry_.key_place, "there is a layer type of this name").help = "give the block another name";
    }
  }

 private:
  std::string who() const { return "block " + quote(entry_.key); }

  Diagnostic& error(Code code, const Place& place, const std::string& what) {
    return reading_.diagnostics.error(code, place, who(), what);
  }

  // Each name once; of inputs and outputs at least one.
  void check_names(const Table& table, const char* key) {
    const Setting* given = table.find(key);
    if (given == nullptr || given->list() == nullptr) return;
    if (given->list()->empty() && std::string_view(key) != "required")
      error("empty-list", given->place(), std::string(key) + " is empty").help = "leave it out, or name at least one";
    std::set<std::string> seen;
    for (const Setting& name : *given->list()) {
      if (name.text() != nullptr && !seen.insert(*name.text()).second)
        error("duplicate-name", name.place(), quote(*name.text()) + " stands twice in " + key).help = "name it once";
    }
  }

  void refuse_params(const Setting& params) {
    error("wrong-type", params.place(), "params must be a table (was " + params.type_text() + ")").help =
        "write params = { filters = 16, strides = 1 }: each parameter with its default";
  }

  // Every ${name} in the layers is a parameter, and every parameter is used.
  void check_parameters() {
    std::vector<std::string> known = block_.required;
    for (const Table::Entry& param : block_.params.entries()) {
      if (std::find(known.begin(), known.end(), param.key) == known.end()) known.push_back(param.key);
    }
    std::set<std::string> used;
    for (const Setting& layer : *block_.layers) {
      for_each_placeholder(layer, [&](const std::string& name, const Place& place) {
        used.insert(name);
        if (std::find(known.begin(), known.end(), name) != known.end()) return;
        suggest(error("unknown-parameter", place, "there is no parameter " + quote(name)), name, known);
        const auto meant = nearest(name, known);
        if (meant) used.insert(block_.meant[name] = *meant);
        else block_.broken = true;
      });
    }
    for (const Setting& layer : *block_.layers) refuse_mixed_texts(layer, used);
    for (const std::string& name : known) {
      if (used.contains(name)) continue;
      const Place place = block_.params.contains(name) ? block_.params.key_place(name) : block_.place;
      error("unused-parameter", place, "no layer uses the parameter " + quote(name)).help =
          "write \"${" + name + "}\" in the place of a value, or leave the parameter out";
    }
    for (const std::string& name : block_.required) {
      if (!block_.params.contains(name)) continue;
      error("contradiction", block_.params.key_place(name), quote(name) + " is required and has a default").help =
          "take it out of one of them";
    }
  }

  // A parameter among other characters; what it would have been used for is not reported as unused.
  void refuse_mixed_texts(const Setting& layer, std::set<std::string>& used) {
    for_each_mixed_text(layer, [&](const std::string& text, const Place& place) {
      const size_t open = text.find("${");
      const std::string name = text.substr(open + 2, text.find('}', open) - open - 2);
      used.insert(name);
      block_.broken = true;
      error("unknown-parameter", place, quote(text) + " is no value: a parameter stands for a whole one").help =
          "write \"${" + name + "}\", and give the parameter all of the text";
    });
  }

  Reading& reading_;
  const Table::Entry& entry_;
  Block block_;
};

}  // namespace

Blocks read_blocks(Reading& reading) {
  Blocks blocks;
  const Table* table = reading.section("blocks");
  if (table == nullptr) return blocks;
  for (const Table::Entry& entry : table->entries()) {
    if (entry.value.table() == nullptr) {
      reading.diagnostics
          .error("wrong-type", entry.value.place(), "[blocks]",
                 "a block is a section (was " + entry.value.type_text() + ")")
          .help = "write [blocks." + toml_key(entry.key) + "] with layers = [ ... ]";
      continue;
    }
    BlockReader reader(reading, entry);
    reader.check_name();
    Block block = reader.read();
    if (!names_a_layer(reading, entry.key)) blocks.emplace(entry.key, std::move(block));
  }
  return blocks;
}

std::unique_ptr<ZooModel> read_zoo_model(Reading& reading, const std::string& name, const Place& used_at) {
  std::optional<zoo::Model> found = zoo::find(name, used_at);
  if (!found) return nullptr;
  const std::string full = std::string(zoo::prefix) + name;
  auto model = std::make_unique<ZooModel>();
  model->used_at = used_at;
  model->definition.set(full, Setting(std::move(found->definition)));
  model->definitions = std::move(found->blocks);
  model->model = BlockReader(reading, model->definition.entries().front()).read();
  for (const Table::Entry& entry : model->definitions.entries()) {
    Block block = BlockReader(reading, entry).read();
    block.name = full + "/" + entry.key;  // not to be taken for a block of the recipe
    model->blocks.emplace(entry.key, std::move(block));
  }
  model->model.own_blocks = &model->blocks;
  return model;
}

}  // namespace dltrain::models
