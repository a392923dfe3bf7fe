// The zoo: published models by name, as blocks that are part of the program. models/zoo/*.toml are written in the
// language of recipes, and a recipe uses a model like a layer type: { type = "zoo/resnet20", classes = 10 }.
//
// A file has [models.NAME], each a block with `doc`, `source` (where it was published), `input` (what it takes there:
// a shape, or { shape, dtype }) and, instead of layers, perhaps `like`: another model of the file, of which it says only
// what differs. [blocks.NAME] are blocks of that file alone, and [parameters] says what each parameter means.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/schema.h"
#include "core/setting.h"

namespace dltrain::models::zoo {

// How layer types of the zoo begin.
constexpr std::string_view prefix = "zoo/";

// The files by their names without ending. Generated from models/zoo/*.toml.
const std::map<std::string, std::string>& pages();

struct Model {
  std::string name;  // "resnet20"
  std::string doc, source;
  Setting input;  // one sample: a list of sizes, or a table with shape and dtype
  Table definition;  // keys of a block: params, layers and the like
  Table blocks;  // those of its file
  Table parameters;  // of its file: what each means
};

std::vector<std::string> names();  // sorted
// Nothing if there is no such model. `used_at`: where a recipe uses it; messages about its text tell of that place.
std::optional<Model> find(const std::string& name, const Place& used_at = {});

// The names that are meant by a layer type which is not known: "resnet20" for "zoo/resnet20". Empty if none is.
std::string meant_by(const std::string& type);

// Adds the family "zoo": each model with its parameters.
void fill_catalogue(Catalogue& catalogue);

struct Counts {
  int64_t trained = 0;  // elements of all weights
  int64_t fixed = 0;  // of moving averages
};
// Of a layer as a recipe writes it (TOML), e.g. { type = "zoo/resnet20", classes = 100 }, behind an input as `Model::input`
// says it. Throws UserError (recipe) if they are wrong or do not fit. `catalogue` knows all layers.
Counts count_parameters(const Catalogue& catalogue, const std::string& layer, const Setting& input);

}  // namespace dltrain::models::zoo
