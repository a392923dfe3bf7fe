// The kinds of inputs for predictions. Internal to datasets/inputs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "datasets/input_stream.h"
#include "formats/arrays/array_stream.h"
#include "formats/gzip/byte_stream.h"

namespace dltrain::datasets {

// One array for the only input of the model.
std::unique_ptr<InputStream> array_inputs(formats::ArrayStream stream, const DataContract& contract);
// An NPZ file: arrays by the names of the inputs; a model with one input also takes "x", or the only array there is.
std::unique_ptr<InputStream> npz_inputs(const std::string& path, const DataContract& contract);
// `id`: see open_inputs.
std::unique_ptr<InputStream> table_inputs(std::unique_ptr<formats::ByteStream> stream, const DataContract& contract,
                                          const std::string& id);
// `root` is left out of the names.
std::unique_ptr<InputStream> image_inputs(std::vector<std::string> paths, const std::string& root,
                                          const DataContract& contract);

// The only input of the model; UserError (data) beginning with `path` if it has several.
const InputContract& only_input(const DataContract& contract, const std::string& path);

}  // namespace dltrain::datasets
