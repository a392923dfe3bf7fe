#include "app/summary.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>

#include "core/text.h"

namespace dltrain::app {

namespace {

// The width of UTF-8 text in characters.
size_t width(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0 || c == ',' || c == '.' || c == '-' || c == '+' ||
           c == 'e' || c == '%';
  });
}

}  // namespace

std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  std::vector<bool> numbers;
  for (size_t r = 0; r < rows.size(); ++r) {
    widths.resize(std::max(widths.size(), rows[r].size()), 0);
    numbers.resize(widths.size(), true);
    for (size_t c = 0; c < rows[r].size(); ++c) {
      widths[c] = std::max(widths[c], width(rows[r][c]));
      if (r > 0 && !rows[r][c].empty() && !is_number(rows[r][c])) numbers[c] = false;
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line = "  ";
    for (size_t c = 0; c < row.size(); ++c) {
      const std::string pad(widths[c] - width(row[c]), ' ');
      line += (c > 0 ? "  " : "") + (numbers[c] ? pad + row[c] : row[c] + pad);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string wrapped(const std::string& text, size_t width, size_t indent) {
  std::string out;
  size_t column = 0;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = text.find_first_of(",\n", begin);
    while (end != std::string::npos && text[end] == ',' && end + 1 < text.size() && text[end + 1] != ' ')
      end = text.find_first_of(",\n", end + 1);
    end = end == std::string::npos ? text.size() : end + 1;
    std::string piece = text.substr(begin, end - begin);
    const size_t length = piece.ends_with('\n') ? piece.size() - 1 : piece.size();
    if (column > indent && column + length >= width) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
      piece.erase(0, piece.find_first_not_of(' '));
    }
    out += piece;
    column = piece.ends_with('\n') ? 0 : column + piece.size();
    begin = end;
  }
  return out;
}

namespace {

std::string counts_text(const datasets::Dataset& data, datasets::Part part, const std::vector<DataField>& targets) {
  constexpr size_t most = 12;
  std::string text;
  for (const datasets::ClassCounts& counts : data.class_counts(part)) {
    const auto field =
        std::find_if(targets.begin(), targets.end(), [&](const DataField& f) { return f.name == counts.target; });
    text += " (";
    for (size_t i = 0; i < counts.counts.size() && i < most; ++i) {
      const bool named = field != targets.end() && i < field->class_names.size();
      text += (i > 0 ? ", " : "") + (named ? field->class_names[i] : std::to_string(i)) + ": " +
              std::to_string(counts.counts[i]);
    }
    if (counts.counts.size() > most) text += ", ...";
    text += ")";
  }
  return text;
}

}  // namespace

std::string data_text(const datasets::Dataset& data) {
  std::string text;
  for (const datasets::Part part : {datasets::Part::train, datasets::Part::validation, datasets::Part::test}) {
    if (data.size(part) == 0) continue;
    std::string name(datasets::part_name(part));
    name.resize(10, ' ');
    text += "  " + name + "  " + count_text(data.size(part)) + " samples" +
            counts_text(data, part, data.signature().targets) + "\n";
  }
  for (const std::string& note : data.notes()) text += "  note: " + note + "\n";
  return text;
}

std::vector<LayerRow> layer_rows(const models::Program& program) {
  std::vector<LayerRow> rows;
  const auto shape_of = [&](const std::string& name) {
    const auto found = program.layer_shapes().find(name);
    return found == program.layer_shapes().end() ? std::string("?") : found->second.text();
  };
  struct Numbers {
    int64_t trained = 0, fixed = 0;
  };
  std::map<std::string, Numbers> numbers_of;  // by layer
  for (const graph::StateInfo& info : program.states().list()) {
    const bool is_weight = info.role == graph::StateRole::weight;
    if (!is_weight && info.role != graph::StateRole::buffer) continue;
    Numbers& numbers = numbers_of[info.owner];
    (is_weight && info.trainable ? numbers.trained : numbers.fixed) += info.type.elements();
  }
  for (const DataField& input : program.signature().inputs)
    rows.push_back({.name = input.name, .shape = input.shape.text()});
  for (const models::LayerSpec& layer : program.spec().model.layers) {
    const Numbers numbers = numbers_of[layer.name];
    rows.push_back({layer.name, layer.component.kind, shape_of(layer.name), numbers.trained, numbers.fixed, layer.reuse,
                    layer.inputs});
  }
  return rows;
}

std::string model_text(const models::Program& program, const std::map<std::string, double>& flops) {
  std::vector<std::vector<std::string>> rows = {{"layer", "type", "output", "parameters", "inputs"}};
  int64_t trained = 0;
  int64_t fixed = 0;
  for (const LayerRow& layer : layer_rows(program)) {
    trained += layer.trained;
    fixed += layer.fixed;
    const std::string own = layer.reuse.empty() ? count_text(layer.trained + layer.fixed) : "(of " + layer.reuse + ")";
    rows.push_back({layer.name, layer.kind.empty() ? "(input)" : layer.kind, layer.shape, layer.kind.empty() ? "" : own,
                    program.spec().model.sequential ? "" : join(layer.inputs, ", ")});
    if (flops.empty()) continue;
    const auto found = flops.find(layer.name);
    rows.back().insert(rows.back().end() - 1, found == flops.end() ? "" : millions_text(found->second));
  }
  if (!flops.empty()) rows[0].insert(rows[0].end() - 1, "MFLOP");
  return table_text(rows) + "  " + count_text(trained) + " parameters to train" +
         (fixed > 0 ? ", " + count_text(fixed) + " others" : std::string()) + "\n";
}

std::string millions_text(double count) {
  const double millions = count * 1e-6;
  if (millions >= 100) return count_text(std::llround(millions));
  const int digits = millions <= 0 ? 0 : std::max(0, 2 - static_cast<int>(std::floor(std::log10(millions))));
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", std::min(digits, 9), millions);
  return text;
}

std::string memory_text(const training::MemoryUse& use) {
  const auto text = [](int64_t bytes) { return bytes_text(static_cast<uint64_t>(bytes)); };
  std::string out = text(use.total()) + " (weights " + text(use.weights) + ", optimizer " + text(use.optimizer);
  if (use.gradients > 0) out += ", gradients " + text(use.gradients);
  return out + ", activations " + text(use.arena) + ", packed weights " + text(use.packed) + ", batches " +
         text(use.batches) + ", library " + text(use.library) + "), " +
         (use.apart ? text(use.needed()) + " of it on the device" : text(use.saving()) + " more while it is saved");
}

}  // namespace dltrain::app
