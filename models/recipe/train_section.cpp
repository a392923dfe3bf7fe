// [train], except what depends on the outputs (outputs_reader.cpp).
#include <algorithm>

#include "core/text.h"
#include "models/recipe/reading.h"
#include "models/recipe/sections.h"

namespace dltrain::models {

namespace {

// "auto" and effective_batch_size go together, and say what gradient_accumulation is.
void check_batch_size(Reading& reading, const Table& given, const TrainSpec& train) {
  const bool is_auto = given.contains("batch_size") && train.batch_size.is_auto();
  const bool has_effective = given.contains("effective_batch_size");
  if (is_auto && !has_effective) {
    reading.diagnostics
        .error("missing-key", given.at("batch_size").place(), "[train]",
               "batch_size = \"auto\" needs effective_batch_size, the samples that an update of the weights sees")
        .help = "add effective_batch_size = 128, or whatever batch_size was before";
  }
  const Setting* size_given = given.find("batch_size");
  const bool is_number = size_given == nullptr || (size_given->integer() != nullptr && *size_given->integer() > 0);
  if (has_effective && !is_auto && is_number) {
    const std::string size = std::to_string(static_cast<int64_t>(train.batch_size));
    reading.diagnostics
        .error("contradiction", given.key_place("effective_batch_size"), "[train]",
               "effective_batch_size goes with batch_size = \"auto\" only (batch_size is " + size + ")")
        .help =
        "write batch_size = \"auto\", or leave out effective_batch_size: an update sees batch_size times "
        "gradient_accumulation samples";
  }
  if ((is_auto || has_effective) && given.contains("gradient_accumulation")) {
    reading.diagnostics
        .error("contradiction", given.key_place("gradient_accumulation"), "[train]",
               "gradient_accumulation follows from effective_batch_size where batch_size is \"auto\"")
        .help = "leave it out, or give batch_size as a number and leave out effective_batch_size";
  }
}

// Steps of all epochs together are counted in 64 bits.
void check_epochs(Reading& reading, const Table& given, const TrainSpec& train) {
  constexpr int64_t most = 1'000'000'000;
  if (train.epochs <= most) return;
  reading.diagnostics
      .error("out-of-range", given.at("epochs").place(), "[train]",
             "epochs must be at most 1,000,000,000 (was " + std::to_string(train.epochs) + ")")
      .help = "to stop when nothing gets better any more, use [[callbacks]] with type = \"EarlyStopping\"";
}

// Keys of an optimizer that Keras once had, and that something else says now, are reported and left out.
Table without_old_options(Reading& reading, Table given) {
  Setting* optimizer = given.find("optimizer");
  if (optimizer == nullptr || optimizer->table() == nullptr) return given;
  const Table options = *optimizer->table();
  for (const Table::Entry& entry : options.entries()) {
    const std::string help = advice_about_key("optimizer", entry.key);
    if (help.empty()) continue;
    reading.diagnostics
        .error("unknown-key", entry.key_place, "[train]: optimizer", "there is no key " + quote(entry.key))
        .help = help;
    optimizer->table()->erase(entry.key);
  }
  return given;
}

// The keys that unknown ones are misspellings or former names of: these are not missing.
std::vector<std::string> meant_keys(const Table& given) {
  static const Schema schema = make_schema<TrainSection>("section");
  std::vector<std::string> names, meant;
  for (const Field& field : schema.fields) names.push_back(field.name);
  for (const Table::Entry& entry : given.entries()) {
    if (schema.find(entry.key) != nullptr) continue;
    if (const auto near = nearest(entry.key, names)) meant.push_back(*near);
  }
  return meant;
}

}  // namespace

TrainSpec read_train(Reading& reading, const ModelSpec& model, bool outputs_ok) {
  const Table* table = reading.section("train");
  const bool wanted = reading.options.for_training;
  if (wanted && reading.lacks("train")) {
    reading.diagnostics.error("missing-section", reading.whole(), "", "there is no section [train]").help =
        "add [train] with a loss";
  }
  const Table nothing;
  const Table given = without_old_options(reading, table != nullptr ? *table : nothing);
  std::vector<std::string> ignored;
  if (!given.contains("loss")) ignored.push_back("loss");
  const std::vector<std::string> meant = meant_keys(given);
  if (std::ranges::find(meant, "metrics") != meant.end()) reading.metrics_missing = true;
  if (wanted && table != nullptr && !given.contains("loss") && !given.contains("losses") &&
      std::ranges::find(meant, "loss") == meant.end()) {
    reading.diagnostics.error("missing-key", reading.section_place("train"), "[train]", "the key \"loss\" is missing")
        .help = "add loss = \"sparse_categorical_crossentropy\" for classes, or loss = \"mse\" for numbers";
  }
  const auto section = reading.read_as<TrainSection>(given, "[train]", ignored, reading.section_place("train"));
  check_batch_size(reading, given, section);
  check_epochs(reading, given, section);
  TrainSpec train = section;
  train.outputs = read_outputs(reading, {section.loss, section.loss_weights, section.metrics, section.class_weight},
                               model.outputs, outputs_ok);
  return train;
}

}  // namespace dltrain::models
