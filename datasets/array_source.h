// What sources of arrays (NPY, NPZ) share: which array is which input or target, and the checks of their shapes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/convert.h"
#include "datasets/source.h"
#include "formats/arrays/array_stream.h"

namespace dltrain::datasets {

// Names of arrays: one without a key, or a table by input or output.
struct ArrayNames {
  struct Entry {
    std::string key;  // empty: the name stands alone
    std::string name;
  };
  std::vector<Entry> entries;
};

struct LabelledArray {
  std::string name;  // for messages
  Array array;
  int64_t samples;  // its first axis; that of `array` is 0 where only headers are read
};

// The array of a stream; of one with a first axis only the header where the request wants no more.
LabelledArray read_array(formats::ArrayStream stream, std::string name, const LoadRequest& request);

struct ArraySourceOptions {
  ArrayNames x;
  ArrayNames y;
  std::optional<std::string> weight;
  std::optional<double> scale;
  std::vector<std::string> classes;
};

// `read` gives the array of a name, `exists` says whether there is one. With several inputs (or outputs) an input takes
// the array that the table names for it, else the one of its own name.
SampleSets load_arrays(const ArraySourceOptions& options, const LoadRequest& request,
                       const std::function<LabelledArray(const std::string&)>& read,
                       const std::function<bool(const std::string&)>& exists);

}  // namespace dltrain::datasets

namespace dltrain {

template <> struct Converter<datasets::ArrayNames> {
  static constexpr FieldType type = FieldType::other;
  static std::string type_text() { return "text, or table of texts"; }
  static std::string normalise(const Setting& given, Setting& canonical);
  static void read(const Setting& canonical, datasets::ArrayNames& value);
  static Setting print(const datasets::ArrayNames& value);
};

}  // namespace dltrain
