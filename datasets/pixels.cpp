#include "datasets/pixels.h"

#include "core/files.h"

namespace dltrain::datasets {

double pixel_scale(const Array& values, std::optional<double> given, const DataContract* contract, size_t input,
                   const std::string& path, std::vector<std::string>& notes) {
  if (contract != nullptr && input < contract->inputs.size()) return contract->inputs[input].preparation.scale;
  if (given) return *given;
  constexpr double largest = 255;
  if (values.dtype != DType::u8 || values.shape.rank() < 3) return 1;
  notes.push_back(file_name(path) + ": pixels are scaled by 1/255 to 0..1 (scale = 1 keeps 0..255)");
  return 1 / largest;
}

}  // namespace dltrain::datasets
