#include "models/recipe/canonical.h"

#include <algorithm>
#include <type_traits>

#include "core/describe.h"
#include "core/text.h"
#include "models/recipe/sections.h"

namespace dltrain::models {

namespace {

// A component without parameters is written as its name: "relu" in place of { type = "relu" }. Not for sources: these
// have tables of their own, where "type" may be the name of a column.
Setting short_form(const Setting& value) {
  if (value.list() != nullptr) {
    List list;
    for (const Setting& element : *value.list()) list.push_back(short_form(element));
    return list;
  }
  const Table* table = value.table();
  if (table == nullptr) return value;
  Table kept;
  for (const Table::Entry& entry : table->entries()) {
    if (!entry.value.is_none()) kept.set(entry.key, short_form(entry.value));
  }
  const Setting* type = kept.find("type");
  return kept.size() == 1 && type != nullptr && type->text() != nullptr ? *type : Setting(std::move(kept));
}

Setting short_form(const Component& component) { return short_form(component.setting()); }

class Writer {
 public:
  void section(const std::string& header) {
    if (!text_.empty()) text_ += "\n";
    text_ += header + "\n";
  }
  void leave_out(const std::string& name) { left_out_ = name; }
  void key(const std::string& name, const Setting& value) {
    if (!value.is_none() && name != left_out_) text_ += toml_key(name) + " = " + value.toml() + "\n";
  }
  void source(const Component& component) {
    key("type", component.kind);
    for (const Table::Entry& entry : component.params.entries()) key(entry.key, entry.value);
  }
  // The plain members of a described section.
  template <class T> void members(const T& value);
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string left_out_;
};

// Visits the description of a section to print its values.
template <class T> class PrintVisitor {
 public:
  PrintVisitor(Writer& writer, const T& value) : writer_(writer), value_(value) {}
  void doc(const std::string&) {}
  void alias(const std::string&) {}
  template <class M, class B> NoRules param(M B::* member, const std::string& name, const std::string&) {
    writer_.key(name, short_form(Converter<M>::print(value_.*member)));
    return {};
  }

 private:
  Writer& writer_;
  const T& value_;
};

template <class T> void Writer::members(const T& value) {
  PrintVisitor<T> visitor(*this, value);
  T::describe(visitor);
}

void write_part(Writer& out, const std::string& name, const std::optional<PartSpec>& part) {
  if (!part) return;
  out.section("[data." + name + "]");
  if (part->source) {
    out.source(*part->source);
    return;
  }
  ShareSection share;
  share.split = part->split;
  share.how = part->how;
  share.seed = part->seed;
  out.members(share);
}

void write_data(Writer& out, const DataSpec& data) {
  if (data.source.kind.empty()) return;
  out.section("[data]");
  out.source(data.source);
  write_part(out, "validation", data.validation);
  write_part(out, "test", data.test);
}

Setting names(const std::vector<std::string>& list) {
  return list.size() == 1 ? Setting(list.front()) : Converter<std::vector<std::string>>::print(list);
}

// A list of names, or a table where something is said about one of them.
Setting inputs_setting(const std::vector<InputSpec>& inputs) {
  const bool plain = std::none_of(inputs.begin(), inputs.end(), [](const InputSpec& i) { return i.shape || i.dtype; });
  List list;
  Table table;
  for (const InputSpec& input : inputs) {
    list.emplace_back(input.name);
    Table keys;
    if (input.shape) keys.set("shape", Converter<std::vector<int64_t>>::print(input.shape->sizes()));
    if (input.dtype) keys.set("dtype", std::string(dltrain::name(*input.dtype)));
    table.set(input.name, std::move(keys));
  }
  return plain ? Setting(std::move(list)) : Setting(std::move(table));
}

void write_layer(Writer& out, const LayerSpec& layer, bool sequential) {
  out.section("[[model.layers]]");
  out.key("name", layer.name);
  if (!layer.reuse.empty()) {
    out.key("reuse", layer.reuse);
    out.key("inputs", names(layer.inputs));
    return;
  }
  out.key("type", layer.component.kind);
  if (!sequential) out.key("inputs", names(layer.inputs));
  for (const Table::Entry& entry : layer.component.params.entries()) out.key(entry.key, short_form(entry.value));
  out.key("trainable", layer.trainable);
  out.key("learning_rate_factor", layer.learning_rate_factor);
}

void write_model(Writer& out, const ModelSpec& model) {
  out.section("[model]");
  out.key("inputs", inputs_setting(model.inputs));
  if (!model.sequential) out.key("outputs", Converter<std::vector<std::string>>::print(model.outputs));
  if (!model.weights.empty()) out.key("weights", model.weights);
  for (const LayerSpec& layer : model.layers) write_layer(out, layer, model.sequential);
}

Setting metrics_setting(const OutputSpec& output) {
  List list;
  for (const Component& metric : output.metrics) list.push_back(short_form(metric));
  return list;
}

Setting class_weight_setting(const OutputSpec& output) {
  if (!output.class_weights) return {};
  if (output.class_weights->balanced) return "balanced";
  Table table;
  for (const auto& [name, weight] : output.class_weights->by_class) table.set(name, weight);
  return table;
}

// One setting for each output: by itself where there is one output, else a section by output.
template <class F> void write_by_output(Writer& out, const std::vector<OutputSpec>& outputs, const std::string& key,
                                        F setting) {
  if (outputs.size() == 1) {
    out.key(key, setting(outputs.front()));
    return;
  }
  const bool any =
      std::any_of(outputs.begin(), outputs.end(), [&](const OutputSpec& o) { return !setting(o).is_none(); });
  if (!any) return;
  out.section("[train." + key + "]");
  for (const OutputSpec& output : outputs) out.key(output.name, setting(output));
}

void write_train(Writer& out, const TrainSpec& train) {
  out.section("[train]");
  if (train.batch_size.is_auto()) out.leave_out("gradient_accumulation");  // it follows
  out.members(train);
  const auto loss = [](const OutputSpec& o) { return o.loss.kind.empty() ? Setting() : short_form(o.loss); };
  write_by_output(out, train.outputs, "loss", loss);
  write_by_output(out, train.outputs, "loss_weights", [](const OutputSpec& o) { return Setting(o.loss_weight); });
  write_by_output(out, train.outputs, "metrics", metrics_setting);
  write_by_output(out, train.outputs, "class_weight", class_weight_setting);
}

}  // namespace

std::string canonical_toml(const Spec& spec) {
  Writer out;
  out.key("name", spec.name);
  out.key("seed", static_cast<int64_t>(spec.seed));
  out.section("[run]");
  out.members(spec.run);
  write_data(out, spec.data);
  write_model(out, spec.model);
  write_train(out, spec.train);
  out.section("[evaluate]");
  out.members(spec.evaluate);
  out.section("[predict]");
  out.members(spec.predict);
  for (const Component& callback : spec.callbacks) {
    out.section("[[callbacks]]");
    out.source(callback);
  }
  for (const ExpectSpec& expect : spec.expect) {
    out.section("[[expect]]");
    out.members(expect);
  }
  return out.take();
}

}  // namespace dltrain::models
