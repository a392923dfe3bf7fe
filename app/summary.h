// What `fit` shows before the first step: data, model table, memory, device.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "training/model.h"

namespace dltrain::app {

// Columns are padded to line up; the first row is the header. Columns of numbers are right-aligned.
std::string table_text(const std::vector<std::vector<std::string>>& rows);

// Lines longer than `width` go on below, indented, after a comma.
std::string wrapped(const std::string& text, size_t width, size_t indent);

std::string data_text(const datasets::Dataset& data);

// A line of the table of layers. Inputs of the model come first, without a kind.
struct LayerRow {
  std::string name, kind, shape;
  int64_t trained = 0, fixed = 0;  // numbers in its own weights and buffers
  std::string reuse;               // of that layer's weights; empty: it has its own
  std::vector<std::string> inputs;
};
std::vector<LayerRow> layer_rows(const models::Program& program);
// `flops`: multiplications and additions of a sample by layer, for a column of millions; empty: no such column.
std::string model_text(const models::Program& program, const std::map<std::string, double>& flops = {});
std::string millions_text(double count);  // "0.00123", "8.13", "1,234"
std::string memory_text(const training::MemoryUse& use);

}  // namespace dltrain::app
