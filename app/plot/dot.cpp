// A drawing in Graphviz' language.
#include <algorithm>

#include "app/plot/model_drawing.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

// As text of a label that looks like HTML.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

// Long lines go on below, after a comma.
std::string label_line(const std::string& line) {
  constexpr size_t widest = 44;
  std::string out, row;
  for (size_t begin = 0; begin < line.size();) {
    const size_t comma = line.find(", ", begin);
    const std::string part = line.substr(begin, comma == std::string::npos ? comma : comma + 2 - begin);
    if (!row.empty() && row.size() + part.size() > widest) {
      out += escaped(trim(row)) + "<br/>";
      row.clear();
    }
    row += part;
    begin += part.size();
  }
  return out + escaped(row) + "<br/>";
}

std::string label(const DrawnBox& box, const std::string& name) {
  std::string text =
      "<b>" + escaped(name) + "</b>" + (box.times > 1 ? "  × " + std::to_string(box.times) : "") + "<br/>";
  std::string small;
  if (box.is_block) small += counted(box.layers, "layer") + (box.times > 1 ? " each<br/>" : "<br/>");
  for (const std::string& line : box.lines) small += label_line(line);
  if (!box.reuse.empty()) small += "weights of " + escaped(box.reuse) + "<br/>";
  if (box.parameters > 0) small += "<i>" + counted(box.parameters, "parameter") + "</i>";
  return text + (small.empty() ? "" : "<font point-size=\"10\">" + small + "</font>");
}

std::string node(const DrawnBox& box, size_t index, const std::string& name) {
  std::string style = box.is_block ? ", fillcolor=\"#e3ecf7\"" : box.is_input ? ", fillcolor=\"#eef5e6\"" : "";
  if (box.is_block && box.times > 1) style += ", peripheries=2";
  if (box.is_output) style += ", penwidth=2.5";
  return "n" + std::to_string(index) + " [label=<" + label(box, name) + ">" + style + "];\n";
}

// Frames for the parts of paths, one inside the other; boxes of a frame follow one another.
class Frames {
 public:
  explicit Frames(const Drawing& drawing) : drawing_(drawing) {}

  std::string text() {
    for (size_t i = 0; i < drawing_.boxes.size(); ++i) {
      std::vector<std::string> path = split(drawing_.boxes[i].name, '/');
      const std::string name = path.back();
      path.pop_back();
      move_to(path);
      out_ += indent() + node(drawing_.boxes[i], i, name);
    }
    move_to({});
    return std::move(out_);
  }

 private:
  std::string indent() const { return std::string(2 * (open_.size() + 1), ' '); }

  void move_to(const std::vector<std::string>& path) {
    size_t same = 0;
    while (same < open_.size() && same < path.size() && open_[same] == path[same]) ++same;
    while (open_.size() > same) {
      open_.pop_back();
      out_ += indent() + "}\n";
    }
    for (size_t i = same; i < path.size(); ++i) {
      out_ += indent() + "subgraph cluster_" + std::to_string(number_++) + " {\n";
      open_.push_back(path[i]);
      out_ += indent() + "label=<" + escaped(path[i]) + ">; color=\"#8aa5c4\"; fontcolor=\"#45607f\"; labeljust=l;\n";
    }
  }

  const Drawing& drawing_;
  std::vector<std::string> open_;
  size_t number_ = 0;
  std::string out_;
};

}  // namespace

std::string dot_text(const Drawing& drawing) {
  std::string text =
      "digraph model {\n  label=<" + escaped(drawing.title) +
      ">; labelloc=t; fontname=\"Helvetica,Arial,sans-serif\";\n" +
      "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\", fontname=\"Helvetica,Arial,sans-serif\", "
      "fontsize=12, margin=\"0.15,0.06\"];\n"
      "  edge [fontname=\"Helvetica,Arial,sans-serif\", fontsize=9, fontcolor=\"#555555\", arrowsize=0.7];\n";
  text += Frames(drawing).text();
  for (const DrawnArrow& arrow : drawing.arrows)
    text += "  n" + std::to_string(arrow.from) + " -> n" + std::to_string(arrow.to) + " [label=<" +
            escaped(" " + arrow.shape) + ">];\n";
  // What the model gives.
  for (size_t i = 0; i < drawing.boxes.size(); ++i) {
    if (!drawing.boxes[i].is_output) continue;
    const std::string end = "end" + std::to_string(i);
    text += "  " + end + " [shape=plaintext, style=\"\", label=<<font point-size=\"9\" color=\"#555555\">" +
            escaped(drawing.boxes[i].shape) + "</font>>];\n  n" + std::to_string(i) + " -> " + end + ";\n";
  }
  return text + "}\n";
}

}  // namespace dltrain::app
