#include "training/callbacks/tensorboard/texts.h"

#include <algorithm>

#include "core/sha256.h"
#include "core/text.h"
#include "formats/json/json.h"

namespace dltrain::training {

namespace {

// A cell of a Markdown table: no bar may end it.
std::string cell(const std::string& text) {
  std::string safe;
  for (const char c : text) safe += c == '|' ? std::string("\\|") : std::string(1, c);
  return safe;
}

void append_row(std::string& table, const std::vector<std::string>& cells) {
  for (const std::string& text : cells) table += "| " + cell(text) + " ";
  table += "|\n";
}

struct Parameters {
  int64_t trained = 0, others = 0;
};

Parameters parameters_of(const models::Program& program, const std::string& layer) {
  Parameters found;
  for (const graph::StateInfo& info : program.states().list()) {
    const bool is_weight = info.role == graph::StateRole::weight;
    if (info.owner != layer || (!is_weight && info.role != graph::StateRole::buffer)) continue;
    (is_weight && info.trainable ? found.trained : found.others) += info.type.elements();
  }
  return found;
}

}  // namespace

// Indented by four blanks, text is code whatever it holds.
std::string recipe_markdown(const std::string& recipe_text) {
  std::string markdown;
  for (const std::string& line : split(recipe_text, '\n')) markdown += "    " + line + "\n";
  return markdown;
}

std::string model_markdown(const models::Program& program) {
  std::string table;
  append_row(table, {"layer", "type", "output", "parameters", "inputs"});
  table += "|---|---|---|---:|---|\n";
  for (const DataField& input : program.signature().inputs)
    append_row(table, {input.name, "(input)", input.shape.text(), "", ""});
  int64_t trained = 0, others = 0;
  for (const models::LayerSpec& layer : program.spec().model.layers) {
    const Parameters own = parameters_of(program, layer.name);
    trained += own.trained;
    others += own.others;
    const auto shape = program.layer_shapes().find(layer.name);
    append_row(table,
               {layer.name, layer.component.kind, shape == program.layer_shapes().end() ? "" : shape->second.text(),
                layer.reuse.empty() ? count_text(own.trained + own.others) : "those of " + layer.reuse,
                join(layer.inputs, ", ")});
  }
  return table + "\n" + count_text(trained) + " parameters to train" +
         (others > 0 ? ", " + count_text(others) + " others" : std::string()) + "\n";
}

namespace {

// A parameter of a component under "prefix.name": numbers, texts and truth values; what has parts of its own by its
// type.
void add_setting(formats::Hparams& hparams, const std::string& name, const Setting& value) {
  if (const bool* boolean = value.boolean()) hparams.emplace_back(name, *boolean);
  else if (const int64_t* integer = value.integer()) hparams.emplace_back(name, static_cast<double>(*integer));
  else if (const double* real = value.real()) hparams.emplace_back(name, *real);
  else if (const std::string* text = value.text()) hparams.emplace_back(name, *text);
  else if (const Table* table = value.table()) {
    for (const Table::Entry& entry : table->entries())
      add_setting(hparams, entry.key == "type" ? name : name + "." + entry.key, entry.value);
  }
}

}  // namespace

formats::Hparams hparams_of(const models::Spec& spec) {
  formats::Hparams hparams;
  hparams.emplace_back("recipe", spec.name);
  hparams.emplace_back("epochs", static_cast<double>(spec.train.epochs));
  hparams.emplace_back("batch_size", static_cast<double>(spec.train.batch_size));
  if (spec.train.gradient_accumulation > 1) {
    hparams.emplace_back("gradient_accumulation", static_cast<double>(spec.train.gradient_accumulation));
  }
  hparams.emplace_back("layers", static_cast<double>(spec.model.layers.size()));
  add_setting(hparams, "optimizer", spec.train.optimizer.setting());
  for (const models::OutputSpec& output : spec.train.outputs) {
    hparams.emplace_back(spec.train.outputs.size() == 1 ? "loss" : "loss." + output.name, output.loss.kind);
  }
  hparams.emplace_back("seed", static_cast<double>(spec.seed));
  return hparams;
}

std::string hparams_group(const formats::Hparams& hparams) {
  Table table;
  for (const auto& [name, value] : hparams) {
    if (name == "seed") continue;
    table.set(name, std::visit([](const auto& plain) { return Setting(plain); }, value));
  }
  const std::string text = formats::json_text(Setting(std::move(table)));
  return hex_text(sha256(std::as_bytes(std::span(text))));
}

std::vector<formats::ScalarCategory> chart_layout(const std::vector<std::string>& values) {
  formats::ScalarCategory epochs{"training and validation", {}};
  formats::ScalarCategory steps{"steps", {}};
  for (const std::string& name : values) {
    if (name.starts_with("val_")) continue;
    epochs.charts.push_back({name, {"epoch_" + name + "$"}});
    steps.charts.push_back({name, {"batch_" + name + "$"}});
  }
  steps.charts.push_back({"learning rate", {"batch_learning_rate$"}});
  return {epochs, steps};
}

}  // namespace dltrain::training
