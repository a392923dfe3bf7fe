// What `fit` shows before the first step: data, model table, memory, device.
#pragma once

#include <string>

#include "datasets/dataset.h"
#include "training/model.h"

namespace dltrain::app {

// Columns are padded to line up; the first row is the header. Columns of numbers are right-aligned.
std::string table_text(const std::vector<std::vector<std::string>>& rows);

// Lines longer than `width` go on below, indented, after a comma.
std::string wrapped(const std::string& text, size_t width, size_t indent);

std::string data_text(const datasets::Dataset& data);
std::string model_text(const models::Program& program);
std::string memory_text(const training::MemoryUse& use);

}  // namespace dltrain::app
