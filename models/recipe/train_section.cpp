// [train], except what depends on the outputs (outputs_reader.cpp).
#include "core/text.h"
#include "models/recipe/reading.h"
#include "models/recipe/sections.h"

namespace dltrain::models {

TrainSpec read_train(Reading& reading, const ModelSpec& model, bool outputs_ok) {
  const bool present = reading.recipe.table.contains("train");
  const Table* table = reading.section("train");
  if (table == nullptr && !present && reading.options.for_training) {
    reading.diagnostics.error("missing-section", reading.whole(), "", "there is no section [train]").help =
        "add [train] with a loss";
  }
  static const Table nothing;
  const Table& given = table != nullptr ? *table : nothing;
  std::vector<std::string> ignored;
  if (table == nullptr || (!reading.options.for_training && !given.contains("loss"))) ignored.push_back("loss");
  const auto section = reading.read_as<TrainSection>(given, "[train]", ignored, reading.section_place("train"));
  TrainSpec train = section;
  train.outputs = read_outputs(reading, {section.loss, section.loss_weights, section.metrics, section.class_weight},
                               model.outputs, outputs_ok);
  return train;
}

}  // namespace dltrain::models
