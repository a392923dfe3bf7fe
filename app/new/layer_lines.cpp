// The model of a first recipe, by the shape of a sample. Sizes are those of common first tries; each line that is not
// plain says why it is there.
#include <algorithm>
#include <cctype>

#include "app/new/draft.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

class Lines {
 public:
  void add(const std::string& layer, const std::string& why = {}) { rows_.push_back({layer + ",", why}); }
  void add_name(const std::string& layer, const std::string& why = {}) { add(quote(layer), why); }

  // Comments begin in one column; beside a long layer there is no room, so they stand above it.
  std::vector<std::string> text() const {
    size_t width = 0;
    for (const Row& row : rows_) {
      if (has_room(row)) width = std::max(width, row.layer.size());
    }
    std::vector<std::string> lines;
    for (const Row& row : rows_) {
      std::string line = "  " + row.layer;
      if (has_room(row)) line += std::string(width - row.layer.size(), ' ') + "  # " + row.why;
      else if (!row.why.empty()) lines.push_back("  # " + row.why);
      lines.push_back(std::move(line));
    }
    return lines;
  }

 private:
  struct Row {
    std::string layer, why;
  };
  static bool has_room(const Row& row) { return !row.why.empty() && row.layer.size() <= 60; }
  std::vector<Row> rows_;
};

std::string dense(int64_t units, const std::string& activation) {
  return "{ type = \"Dense\", units = " + std::to_string(units) +
         (activation.empty() ? "" : ", activation = " + quote(activation)) + " }";
}

void add_table(Lines& lines, const Draft& draft) {
  if (draft.numbers) {
    lines.add_name("Normalization", draft.categories ? "mean 0 and deviation 1 for each column of numbers"
                                                     : "mean 0 and deviation 1 for each column");
  }
  const int64_t units = draft.sample.elements() > 100 || draft.task.outputs > 20 ? 128 : 64;
  // Measured (docs/how-to/new.md): it helps classes, and does not help numbers.
  const bool dropout = draft.task.kind != Task::Kind::numbers;
  for (int i = 0; i < 2; ++i) {
    lines.add(dense(units, "relu"));
    if (dropout) lines.add("{ type = \"Dropout\", rate = 0.3 }", i == 0 ? "against learning by heart" : "");
  }
}

// Convolutions at half the size and twice the channels, until the image is small.
void add_image(Lines& lines, Shape shape) {
  if (shape.rank() == 2) {
    lines.add("{ type = \"Reshape\", target_shape = [" + std::to_string(shape[0]) + ", " + std::to_string(shape[1]) +
                  ", 1] }",
              "convolutions want a channel");
  }
  int64_t side = std::min(shape[0], shape[1]);
  int64_t filters = shape.rank() == 3 && shape[2] > 1 ? 32 : 16;  // colours have more to tell
  bool first = true;
  do {
    lines.add("{ type = \"Conv2D\", filters = " + std::to_string(filters) +
                  ", kernel_size = 3, padding = \"same\", use_bias = false }",
              first ? "each stage: patterns, then half the size" : "");
    lines.add("{ type = \"BatchNormalization\", momentum = 0.9 }");
    lines.add_name("ReLU");
    if (side >= 8) lines.add_name("MaxPooling2D");
    side /= 2;
    filters = std::min<int64_t>(filters * 2, 256);
    first = false;
  } while (side >= 6);
  lines.add_name("GlobalAveragePooling2D", "how much of each pattern there is in the image");
  lines.add("{ type = \"Dropout\", rate = 0.2 }", "against learning by heart");
}

void add_sequence(Lines& lines, const Draft& draft) {
  if (draft.vocabulary > 0) {
    lines.add("{ type = \"Embedding\", input_dim = " + std::to_string(draft.vocabulary) + ", output_dim = 64 }",
              "a vector for each token");
    lines.add_name("GlobalAveragePooling1D", "order does not count; for that: { type = \"GRU\", units = 64 }");
  } else {
    lines.add_name("Normalization", "mean 0 and deviation 1 for each value of a step");
    lines.add("{ type = \"GRU\", units = 64 }", "reads the steps in their order");
  }
  lines.add(dense(64, "relu"));
}

// The layer that gives a number is called as its column, so that predictions are; where that may be a name.
std::string name_of_output(const std::string& target) {
  const auto fits = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  if (target.empty() || target == "input" || std::isdigit(static_cast<unsigned char>(target[0])) != 0 ||
      !std::all_of(target.begin(), target.end(), fits))
    return "";
  return "name = " + quote(target) + ", ";
}

void add_output(Lines& lines, const Draft& draft) {
  const Task& task = draft.task;
  if (task.kind != Task::Kind::numbers) {
    lines.add(dense(task.outputs, "softmax"), "a probability for each class");
  } else {
    lines.add(dense(task.outputs, ""), task.outputs == 1 ? "the number" : "the numbers");
  }
  if (task.kind == Task::Kind::numbers && task.outputs == 1 && task.deviation > 0) {
    lines.add("{ " + name_of_output(draft.target) + "type = \"Rescaling\", scale = " + rounded(task.deviation) +
                  ", offset = " + rounded(task.mean) + " }",
              "in the size of the target: its deviation and mean");
  }
}

}  // namespace

std::vector<std::string> layer_lines(const Draft& draft) {
  Lines lines;
  const Shape& shape = draft.sample;
  const bool image = shape.rank() == 2 ? shape[0] >= 8 && shape[0] == shape[1]
                                       : shape.rank() == 3 && shape[2] <= 4 && std::min(shape[0], shape[1]) >= 4;
  if (draft.vocabulary > 0 || (shape.rank() == 2 && !image)) {
    add_sequence(lines, draft);
  } else if (image) {
    add_image(lines, shape);
  } else {
    if (shape.rank() > 1) lines.add_name("Flatten");
    add_table(lines, draft);
  }
  add_output(lines, draft);
  return lines.text();
}

}  // namespace dltrain::app
