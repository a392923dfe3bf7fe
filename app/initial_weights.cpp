#include "app/initial_weights.h"

#include "app/summary.h"
#include "core/text.h"

namespace dltrain::app {

using training::LayerTransfer;
using training::Transfer;

namespace {

std::string fate_text(LayerTransfer::Fate fate) {
  switch (fate) {
    case LayerTransfer::Fate::taken: return "taken";
    case LayerTransfer::Fate::absent: return "not in the file";
    case LayerTransfer::Fate::misfit: return "other shapes";
    case LayerTransfer::Fate::surplus: return "only in the file";
  }
  return {};
}

size_t layers_of_model(const Transfer& transfer) {
  size_t count = 0;
  for (const LayerTransfer& layer : transfer.layers) count += layer.fate == LayerTransfer::Fate::surplus ? 0 : 1;
  return count;
}

void refuse_two_sources(const training::Model& model) {
  const models::ModelSpec& spec = model.program().spec().model;
  if (spec.weights.empty()) return;
  throw UserError(ExitCode::recipe,
                  {{Severity::error, "two-weights", spec.place, "[model]",
                    "the recipe starts from weights of its own (" + quote(spec.weights) + "), beside --init-from", "",
                    "", "leave one of them out"}});
}

}  // namespace

std::string transfer_line(const Transfer& transfer) {
  int64_t taken = 0, all = 0;
  for (const LayerTransfer& layer : transfer.layers) {
    if (layer.fate == LayerTransfer::Fate::surplus) continue;
    all += layer.elements;
    if (layer.fate == LayerTransfer::Fate::taken) taken += layer.elements;
  }
  return std::to_string(transfer.taken()) + " of " + counted(static_cast<int64_t>(layers_of_model(transfer)), "layer") +
         " (" + count_text(taken) + " of " + counted(all, "weight") + ") by " +
         (transfer.by_name ? "name" : "Keras' paths") + " from " + transfer.file;
}

std::string transfer_table(const Transfer& transfer) {
  std::vector<std::vector<std::string>> rows = {{"layer", "weights", "shapes"}};
  for (const LayerTransfer& layer : transfer.layers) rows.push_back({layer.layer, fate_text(layer.fate), layer.shapes});
  return table_text(rows);
}

Transfer planned_weights(const training::Model& model, const FitOptions& options) {
  refuse_two_sources(model);
  Transfer transfer = training::plan_transfer(model, training::weights_file_of(options.init_from));
  std::string table = transfer_table(transfer);
  table.pop_back();  // the end of the last line is the message's
  if (transfer.taken() == 0) {
    throw UserError(ExitCode::model, "weights-misfit", transfer.file, "no layer's weights fit the model:\n" + table,
                    "are these the weights of such a model?");
  }
  if (!transfer.complete() && !options.init_partial) {
    throw UserError(ExitCode::model, "weights-misfit", transfer.file,
                    "the weights do not fit the model as a whole:\n" + table,
                    "add --init-partial to take what fits; the other layers begin with their initializers");
  }
  return transfer;
}

}  // namespace dltrain::app
