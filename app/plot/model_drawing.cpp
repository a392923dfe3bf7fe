#include "app/plot/model_drawing.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "app/summary.h"
#include "core/text.h"
#include "training/experiment.h"

namespace dltrain::app {

namespace {

// Layers that change numbers one by one, or only their order: too small for a box of their own.
bool is_small(const std::string& kind) {
  static const std::vector<std::string> small = {"Activation", "BatchNormalization", "Dropout",   "ELU",
                                                 "Flatten",    "LayerNormalization", "LeakyReLU", "Normalization",
                                                 "ReLU",       "Rescaling",          "Reshape",   "Softmax"};
  return std::ranges::find(small, kind) != small.end();
}

std::string drawn_shape(std::string text) {
  if (text == "[]") return "1";
  std::erase_if(text, [](char c) { return c == '[' || c == ']'; });
  for (size_t at = 0; (at = text.find(", ", at)) != std::string::npos;) text.replace(at, 2, " × ");
  return text;
}

std::string value_text(const Setting& value) {
  if (value.text() != nullptr) return *value.text();
  if (const Table* table = value.table(); table != nullptr && table->find("type") != nullptr)
    return value_text(table->at("type"));
  return value.toml();
}

// "Conv2D: filters 16, kernel_size [3, 3], padding same": what is not as it is by default.
std::string type_line(const Component& component) {
  constexpr size_t most = 5;
  const Schema* schema = training::catalogue().find("layer", component.kind);
  std::vector<std::string> parts;
  for (const Table::Entry& entry : component.params.entries()) {
    const Field* field = schema == nullptr ? nullptr : schema->find(entry.key);
    const bool other = field == nullptr || value_text(field->default_value) == value_text(entry.value) ||
                       entry.value.is_none() || field->family == "initializer" || field->family == "regularizer" ||
                       field->family == "constraint";
    if (!other && parts.size() < most) parts.push_back(entry.key + " " + value_text(entry.value));
  }
  return component.kind + (parts.empty() ? "" : ": " + join(parts, ", "));
}

// A block that is most of the model would make a drawing of one box: what it consists of is drawn. "resnet20/", or empty.
std::string opened_block(const std::vector<models::LayerSpec>& layers) {
  std::string opened;
  while (true) {
    std::map<std::string, size_t> counts;
    for (const models::LayerSpec& layer : layers) {
      const size_t slash = layer.name.find('/', opened.size());
      if (layer.name.starts_with(opened) && slash != std::string::npos) ++counts[layer.name.substr(0, slash + 1)];
    }
    const auto most = std::ranges::find_if(counts, [&](const auto& each) { return 2 * each.second > layers.size(); });
    if (most == counts.end()) return opened;
    opened = most->first;
  }
}

class Drawer {
 public:
  Drawer(const models::Program& program, bool unfold)
      : program_(program), unfold_(unfold), opened_(opened_block(program.spec().model.layers)) {}

  Drawing draw() {
    const models::ModelSpec& model = program_.spec().model;
    const std::vector<LayerRow> rows = layer_rows(program_);
    for (const LayerRow& row : rows) {
      shapes_[row.name] = drawn_shape(row.shape);
      if (row.kind.empty()) add_input(row);
    }
    for (size_t i = 0; i < model.layers.size(); ++i)
      add_layer(model.layers[i], rows[rows.size() - model.layers.size() + i]);
    for (const std::string& output : model.outputs) drawing_.boxes[box_of_.at(output)].is_output = true;
    drawing_.title = program_.spec().name;
    return std::move(drawing_);
  }

 private:
  // What of a layer's name stands for its box: "residual_1" of "residual_1/conv/conv2d".
  std::string box_name(const std::string& layer) const {
    return layer.substr(0, layer.find('/', layer.starts_with(opened_) ? opened_.size() : 0));
  }

  void add_input(const LayerRow& row) {
    DrawnBox box;
    box.name = row.name;
    box.is_input = true;
    box.shape = drawn_shape(row.shape);
    if (row.name != "input") box.lines = {"input"};
    box_of_[row.name] = drawing_.boxes.size();
    drawing_.boxes.push_back(std::move(box));
  }

  void add_layer(const models::LayerSpec& layer, const LayerRow& row) {
    const std::string name = unfold_ ? layer.name : box_name(layer.name);
    const bool folded = !unfold_ && name != layer.name;
    auto known = drawing_.boxes.end();
    if (folded)
      known = std::ranges::find_if(drawing_.boxes, [&](const DrawnBox& b) { return b.is_block && b.name == name; });
    if (known == drawing_.boxes.end()) {
      DrawnBox box;
      box.name = name;
      box.is_block = folded;
      box.layers = 0;
      if (!folded) box.lines = {type_line(layer.component)};
      box.reuse = layer.reuse;
      drawing_.boxes.push_back(std::move(box));
      known = drawing_.boxes.end() - 1;
    }
    known->layers += 1;
    known->parameters += layer.reuse.empty() ? row.trained + row.fixed : 0;
    known->shape = shapes_[layer.name];
    const auto index = static_cast<size_t>(known - drawing_.boxes.begin());
    box_of_[layer.name] = index;
    for (const std::string& input : layer.inputs) add_arrow(box_of_.at(input), index, shapes_[input]);
  }

  void add_arrow(size_t from, size_t to, const std::string& shape) {
    const bool known =
        std::ranges::any_of(drawing_.arrows, [&](const DrawnArrow& a) { return a.from == from && a.to == to; });
    if (from != to && (!known || unfold_)) drawing_.arrows.push_back({from, to, shape});
  }

  const models::Program& program_;
  bool unfold_;
  std::string opened_;
  Drawing drawing_;
  std::map<std::string, size_t> box_of_;  // by layer
  std::map<std::string, std::string> shapes_;
};

struct Degree {
  size_t in = 0, out = 0, before = 0;
};

std::vector<Degree> degrees(const Drawing& drawing) {
  std::vector<Degree> all(drawing.boxes.size());
  for (const DrawnArrow& arrow : drawing.arrows) {
    ++all[arrow.from].out;
    ++all[arrow.to].in;
    all[arrow.to].before = arrow.from;
  }
  return all;
}

// Takes box `gone`, which follows `into` and nothing else, out of the drawing.
void join_boxes(Drawing& drawing, size_t into, size_t gone) {
  drawing.boxes[into].shape = drawing.boxes[gone].shape;
  drawing.boxes[into].parameters += drawing.boxes[gone].parameters;
  drawing.boxes[into].is_output = drawing.boxes[gone].is_output;
  drawing.boxes.erase(drawing.boxes.begin() + static_cast<ptrdiff_t>(gone));
  std::erase_if(drawing.arrows, [&](const DrawnArrow& a) { return a.from == into && a.to == gone; });
  const auto moved = [&](size_t box) { return box == gone ? into : box > gone ? box - 1 : box; };
  for (DrawnArrow& arrow : drawing.arrows) arrow = {moved(arrow.from), moved(arrow.to), arrow.shape};
}

// Boxes that have nothing but each other are joined where `fits` says so.
void join_chains(Drawing& drawing, const auto& fits, const auto& merge) {
  for (size_t i = 1; i < drawing.boxes.size();) {
    const std::vector<Degree> all = degrees(drawing);
    const size_t before = all[i].before;
    const bool chain = all[i].in == 1 && all[before].out == 1 && !drawing.boxes[before].is_output;
    if (!chain || !fits(drawing.boxes[before], drawing.boxes[i])) {
      ++i;
      continue;
    }
    merge(drawing.boxes[before], drawing.boxes[i]);
    join_boxes(drawing, before, i);
  }
}

std::string without_number(const std::string& name) {
  const size_t bar = name.rfind('_');
  const bool counted = bar != std::string::npos && bar + 1 < name.size() &&
                       std::all_of(name.begin() + static_cast<ptrdiff_t>(bar) + 1, name.end(),
                                   [](unsigned char c) { return std::isdigit(c) != 0; });
  return counted ? name.substr(0, bar) : name;
}

void fold(Drawing& drawing) {
  const auto one = [](const DrawnBox& box) { return box.parameters / box.times; };
  join_chains(
      drawing,
      [&](const DrawnBox& a, const DrawnBox& b) {
        return a.is_block && b.is_block && without_number(a.name) == without_number(b.name) && a.shape == b.shape &&
               one(a) == one(b) && a.layers == b.layers;
      },
      [](DrawnBox& a, const DrawnBox& b) { a.times += b.times; });
  join_chains(
      drawing,
      [](const DrawnBox& a, const DrawnBox& b) {
        return a.times == 1 && !a.is_input && b.lines.size() == 1 && b.reuse.empty() &&
               is_small(b.lines[0].substr(0, b.lines[0].find(':')));
      },
      [](DrawnBox& a, const DrawnBox& b) { a.lines.push_back(b.lines[0]); });
}

}  // namespace

Drawing draw_model(const models::Program& program, bool unfold) {
  Drawing drawing = Drawer(program, unfold).draw();
  if (!unfold) fold(drawing);
  return drawing;
}

}  // namespace dltrain::app
