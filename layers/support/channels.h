// data_format: where the channels of an image lie. Only channels-last is offered; the other is refused with a remedy.
#pragma once

#include "core/describe.h"
#include "layers/tensor.h"

namespace dltrain::layers {

enum class DataFormat {
  channels_last,
  channels_first
};
std::span<const EnumName<DataFormat>> enum_names(DataFormat);

// The parameter data_format of layer T, whose member is called so.
template <class T> void describe_data_format(auto& d) {
  d.param(&T::data_format, "data_format", "order of the axes; channels_last: [N, height, width, channels]");
}

// Refuses channels_first.
void check_data_format(DataFormat format, FieldReport& report);

// Fails unless x has `rank` axes; `wanted` is what they are, e.g. "images [N, height, width, channels]".
void expect_rank(const Builder& builder, Value x, size_t rank, std::string_view wanted);
constexpr std::string_view steps_text = "sequences [N, steps, channels]";
constexpr std::string_view images_text = "images [N, height, width, channels]";

}  // namespace dltrain::layers
