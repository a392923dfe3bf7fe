// What the readers of the sections share; private to models/recipe.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/describe.h"
#include "core/diagnostic.h"
#include "core/read_fields.h"
#include "models/recipe/reader.h"

namespace dltrain::models {

struct Reading {
  const Catalogue& catalogue;
  const Recipe& recipe;
  const ReadOptions& options;
  Diagnostics& diagnostics;
  std::vector<std::string> misspelt;  // sections that an unknown one was meant for: these are not reported as missing
  bool metrics_missing = false;  // some were refused: names of values that are not known may be theirs
  bool layers_missing = false;  // a block was refused: patterns that match nothing may be meant for its layers
  std::vector<std::string> missing_parts;  // uses of blocks that were refused, by name
  std::map<std::string, std::string> last_copies;  // of what is repeated: the first one's full name -> the last one's

  // Whether a name may be that of a layer in a block that was refused.
  bool is_in_missing_part(const std::string& layer) const;

  // Whether a section is missing, and nothing like it is there.
  bool lacks(const std::string& name) const;
  // The table of a section; null if there is none. Something else under its name is reported.
  const Table* section(const std::string& name);
  // Where a missing section's message points: the recipe as a whole.
  Place whole() const { return {recipe.source, 0, 0, 0}; }
  Place section_place(const std::string& name) const;

  // Reads a section or a part of one; `ignored` keys are left to the caller. Unknown keys that stand in the wrong
  // section, that Keras users write elsewhere, or that are not available yet are reported as such.
  template <class T> T read_as(const Table& given, const std::string& who, std::vector<std::string> ignored,
                               const Place& place) {
    const Schema schema = make_schema<T>("section");
    report_misplaced(schema, schema.kind, given, who, ignored);
    return dltrain::read<T>(drop_wrong(read_fields(catalogue, schema, given, who, ignored, place, diagnostics)));
  }

  // Reports what it knows about unknown keys of a table in a section, and adds them to `ignored`.
  void report_misplaced(const Schema& schema, const std::string& section, const Table& given, const std::string& who,
                        std::vector<std::string>& ignored);
  // Values that were wrong are none after read_fields; without them, defaults hold.
  static Table drop_wrong(Table canonical);
};

// One call of a layer while it is read.
struct LayerDraft {
  LayerSpec spec;
  const Setting* given = nullptr;  // the element of `layers`
  const Setting* inputs = nullptr;  // as the recipe says; null where it does not
  Place name_place;
};

// The sections, in models/recipe/*_section.cpp.
DataSpec read_data(Reading& reading);
// `outputs_ok` becomes false if it is not known what the outputs are, so that nothing should be checked against them.
ModelSpec read_model(Reading& reading, bool& outputs_ok);
TrainSpec read_train(Reading& reading, const ModelSpec& model, bool outputs_ok);
std::vector<Component> read_callbacks(Reading& reading);
std::vector<ExpectSpec> read_expectations(Reading& reading);
// Monitored values and [[expect]] against what the losses and metrics of the recipe give.
void check_values(Reading& reading, const Spec& spec);
// [train] freeze: patterns of layer names (core/glob.h). One that matches no layer is reported.
void freeze_layers(Reading& reading, const Setting& given, ModelSpec& model);
// [train] recompute: reports patterns that no layer and no block matches.
void check_recompute(Reading& reading, const Setting& given, const ModelSpec& model);

// `numbers`: how messages count layers that have no name yet, from 0.
std::vector<LayerDraft> read_layers(Reading& reading, const List& layers, const std::vector<size_t>& numbers);
// Resolves names: what each layer takes and applies again, and the outputs (`outputs` may be null). Reports names that
// are double, unknown or further down, and layers and inputs that lead nowhere. False if it is not known what the
// outputs are.
bool connect(Reading& reading, ModelSpec& model, std::vector<LayerDraft>& drafts, const Setting* outputs);

// Loss, loss weight, metrics and class weights of each output, each setting one value for all outputs or a table by
// output.
struct OutputSettings {
  Setting loss, loss_weights, metrics, class_weight;  // none where the recipe does not say
};
std::vector<OutputSpec> read_outputs(Reading& reading, const OutputSettings& settings,
                                     const std::vector<std::string>& outputs, bool outputs_ok);

// `later.cpp`: what this version does not have. True if it was one of these, and reported.
bool report_later(Diagnostics& diagnostics, const std::string& section, const Table::Entry& entry,
                  const std::string& who);
// What a Keras user meant by a key that is none; empty if nothing is known.
std::string advice_about_key(const std::string& section, const std::string& key);

}  // namespace dltrain::models
