#include "layers/support/channels.h"

#include "graph/op.h"
#include "layers/support/axes.h"

namespace dltrain::layers {

std::span<const EnumName<DataFormat>> enum_names(DataFormat) {
  static constexpr EnumName<DataFormat> names[] = {{DataFormat::channels_last, "channels_last"},
                                                   {DataFormat::channels_first, "channels_first"}};
  return names;
}

void check_data_format(DataFormat format, FieldReport& report) {
  if (format == DataFormat::channels_last) return;
  report.error("data_format", "data_format \"channels_first\" is not offered: channels are the last axis",
               "leave data_format out; where the data has its channels first, begin the model with "
               "{ type = \"Permute\", dims = [2, 3, 1] }, or dims = [2, 1] for sequences");
}

void expect_rank(const Builder& builder, Value x, size_t rank, std::string_view wanted) {
  const Shape& shape = builder.shape(x);
  if (shape.rank() == rank) return;
  const bool add_one = shape.rank() + 1 == rank;
  const graph::Node& node = builder.graph().node(x);
  const Value given = node.op->name == "cast" ? node.inputs[0] : x;
  const bool numbers_of_words = rank == 3 && add_one && !is_float(builder.dtype(given));
  builder.fail("rank", "needs " + std::string(wanted) + " (was " + sample_text(shape) + ")",
               numbers_of_words ? "for numbers of words or classes put an \"Embedding\" before it; else a Reshape"
               : rank == 3 && add_one
                   ? "behind a recurrent layer, write return_sequences = true in that; else put a Reshape before it"
               : add_one           ? "where only the axis of channels is missing, put a Reshape before it that adds one"
               : shape.rank() == 2 ? "take out the Flatten before it, or put a Reshape there"
                                   : "put a Reshape before it, or use a layer for inputs of this shape");
}

}  // namespace dltrain::layers
