// Calls into the module dltrain_tfevents, which is loaded when first needed.
#include "core/diagnostic.h"
#include "core/module.h"
#include "formats/tfevents/module/entry.h"

namespace dltrain::formats {

namespace tfevents {

const Functions& functions() {
  static const Functions* const loaded =
      module_function<GetFunctions>("tfevents", functions_symbol, "for TensorBoard's event files")();
  return *loaded;
}

std::string pr_curve_content(int64_t thresholds) {
  std::string bytes;
  functions().encode_pr_curve(thresholds, bytes);
  return bytes;
}

}  // namespace tfevents

namespace {

// TensorBoard wants hyper-parameters as the content of a value without elements.
SummaryValue hparams_value(const std::string& tag, std::string content) {
  return {tag, "hparams", std::move(content), {}, Array(DType::f32, Shape{0})};
}

}  // namespace

std::vector<std::byte> encode_event(const Event& event) {
  std::vector<std::byte> bytes;
  tfevents::functions().encode_event(event, bytes);
  return bytes;
}

std::optional<Event> decode_event(std::span<const std::byte> payload) {
  Event event;
  if (!tfevents::functions().decode_event(payload, event)) return std::nullopt;
  return event;
}

std::string graph_bytes(const std::vector<GraphNode>& nodes) {
  std::string bytes;
  tfevents::functions().encode_graph(nodes, bytes);
  return bytes;
}

SummaryValue hparams_experiment(const std::string& description, double created, const Hparams& hparams,
                                const std::vector<HparamMetric>& metrics) {
  std::string bytes;
  tfevents::functions().encode_experiment(description, created, hparams, metrics, bytes);
  return hparams_value("_hparams_/experiment", std::move(bytes));
}

SummaryValue hparams_session_start(const std::string& group, double time, const Hparams& hparams) {
  std::string bytes;
  tfevents::functions().encode_session_start(group, time, hparams, bytes);
  return hparams_value("_hparams_/session_start_info", std::move(bytes));
}

SummaryValue hparams_session_end(SessionStatus status, double time) {
  std::string bytes;
  tfevents::functions().encode_session_end(static_cast<int>(status), time, bytes);
  return hparams_value("_hparams_/session_end_info", std::move(bytes));
}

SummaryValue custom_scalars_summary(const std::vector<ScalarCategory>& categories) {
  std::string bytes;
  tfevents::functions().encode_layout(categories, bytes);
  return {"custom_scalars__config__", "custom_scalars", {}, {}, Texts{Shape{}, {std::move(bytes)}}};
}

}  // namespace dltrain::formats
