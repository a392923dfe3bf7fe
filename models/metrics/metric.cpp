#include "models/metrics/metric.h"

#include <algorithm>

#include "graph/ops.h"

namespace dltrain::models {

void register_all(MetricRegistry& registry);

const MetricRegistry& metric_registry() {
  static const MetricRegistry registry = [] {
    MetricRegistry made("metric");
    register_all(made);
    return made;
  }();
  return registry;
}

void keep_given_name(Component& metric, const Setting& given) {
  const Setting* type = given.table() != nullptr ? given.table()->find("type") : &given;
  const Setting* name = metric.params.find("name");
  if (type == nullptr || type->text() == nullptr || *type->text() == metric.kind) return;
  if (name == nullptr || name->is_none()) metric.params.set("name", *type->text());
}

std::vector<std::string> metric_names(std::span<const Component> metrics) {
  std::vector<std::string> names;
  const auto taken = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const Component& metric : metrics) {
    const std::string base = make_metric(metric)->name();
    std::string name = base;
    for (int number = 1; taken(name); ++number) name = base + "_" + std::to_string(number);
    names.push_back(name);
  }
  return names;
}

std::vector<std::string> accumulate(graph::Builder& b, const std::string& prefix, std::span<const MetricSum> sums) {
  std::vector<std::string> names;
  for (const MetricSum& sum : sums) {
    graph::StateInfo info;
    info.name = prefix + "/" + sum.name;
    info.type = {DType::f64, b.shape(sum.value)};
    info.role = graph::StateRole::metric;
    info.trainable = false;
    const graph::Value total = b.state(info);
    b.set_state(info.name, graph::add(b, total, graph::cast(b, sum.value, DType::f64)));
    names.push_back(info.name);
  }
  return names;
}

}  // namespace dltrain::models
