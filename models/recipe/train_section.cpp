// [train], except what depends on the outputs (outputs_reader.cpp).
#include "core/text.h"
#include "models/recipe/reading.h"
#include "models/recipe/sections.h"

namespace dltrain::models {

TrainSpec read_train(Reading& reading, const ModelSpec& model, bool outputs_ok) {
  const Table* table = reading.section("train");
  const bool wanted = reading.options.for_training;
  if (wanted && reading.lacks("train")) {
    reading.diagnostics.error("missing-section", reading.whole(), "", "there is no section [train]").help =
        "add [train] with a loss";
  }
  static const Table nothing;
  const Table& given = table != nullptr ? *table : nothing;
  std::vector<std::string> ignored;
  if (!given.contains("loss")) ignored.push_back("loss");
  if (wanted && table != nullptr && !given.contains("loss") && !given.contains("losses")) {
    reading.diagnostics.error("missing-key", reading.section_place("train"), "[train]", "the key \"loss\" is missing")
        .help = "add loss = \"sparse_categorical_crossentropy\" for classes, or loss = \"mse\" for numbers";
  }
  const auto section = reading.read_as<TrainSection>(given, "[train]", ignored, reading.section_place("train"));
  TrainSpec train = section;
  train.outputs = read_outputs(reading, {section.loss, section.loss_weights, section.metrics, section.class_weight},
                               model.outputs, outputs_ok);
  return train;
}

}  // namespace dltrain::models
