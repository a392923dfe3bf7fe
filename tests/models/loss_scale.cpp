// The loss scale of float16 beside Keras' LossScaleOptimizer, step by step.
#include "models/loss_scale.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>

#include "backends/factory.h"
#include "backends/session.h"
#include "formats/json/json.h"
#include "graph/ops.h"
#include "models/optimizers/optimizer.h"
#include "tests/models/components.h"
#include "tests/support/numbers.h"
#include "tests/support/paths.h"

namespace dltrain::test {

namespace {

using graph::Value;

double real_of(const Setting& value) {
  return value.real() != nullptr ? *value.real() : static_cast<double>(*value.integer());
}
std::vector<double> reals_of(const Setting& list) {
  std::vector<double> numbers;
  for (const Setting& value : *list.list()) numbers.push_back(real_of(value));
  return numbers;
}

// One weight under an optimizer whose gradients come scaled.
class Scaled {
 public:
  Scaled(const std::string& device, const models::LossScaling& scaling, const std::vector<double>& initial)
      : session_(backends::open_backend(device, {1})) {
    const graph::ValueType type{DType::f32, {static_cast<int64_t>(initial.size())}};
    graph::Graph graph;
    graph::Builder b(graph, states_, true);
    const graph::StateInfo weight{"w", type};
    const graph::StateInfo iteration{"optimizer/iteration", {DType::i64, {}}, graph::StateRole::counter};
    const Value gradient = b.input("gradient", graph::InputKind::data, type);
    models::OptimizerContext context;
    context.learning_rate = graph::scalar_constant(b, 0.125);
    context.iteration = b.state(iteration);
    context.finite = graph::all_finite(b, {gradient});
    context.gradient_scale = graph::reciprocal(b, models::loss_scale(b, scaling));
    context.states = {weight};
    context.weights = {b.state(weight)};
    context.gradients = {gradient};
    context.penalties = {0};
    const Value counts = b.input("counts", graph::InputKind::data, {DType::boolean, {}});
    models::update_loss_scale(b, scaling, context.finite, counts);
    Table sgd;
    sgd.set("type", "SGD");
    sgd.set("learning_rate", 0.125);
    sgd.set("momentum", 0.5);
    sgd.set("clipvalue", 0.75);
    const auto optimizer = models::make_optimizer(component_of("optimizer", Setting(std::move(sgd))));
    b.set_state("w", optimizer->build(b, context)[0]);
    b.set_state(iteration.name, graph::add(b, context.iteration, graph::cast(b, context.finite, DType::i64)));
    plan_ = session_.add(graph);
    session_.set_state("w", reals_array(type.shape, initial, DType::f32));
  }

  void step(const std::vector<double>& gradient, bool counts = true) {
    const Array given = reals_array({static_cast<int64_t>(gradient.size())}, gradient, DType::f32);
    const Array flag = reals_array({}, {counts ? 1.0 : 0.0}, DType::boolean);
    backends::Feed feed;
    feed.data["gradient"] = &given;
    feed.data["counts"] = &flag;
    session_.run(plan_, feed);
  }
  double state(const std::string& name, int64_t i = 0) { return element(session_.state(name), i); }
  double scale() { return state(models::state_name::loss_scale); }

 private:
  graph::StateTable states_;
  backends::Session session_;
  int plan_ = 0;
};

constexpr double infinite = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("the loss scale, the steps left out and the weights are those of Keras' LossScaleOptimizer") {
  const Setting file = formats::read_json(fixture_path("keras/mixed/loss_scale.json"), ExitCode::io);
  const Table& run = *file.table()->at("cases").list()->front().table();
  for (const std::string device : {"reference", "cpu"}) {
    Scaled ours(device, {32768, *run.at("growth_steps").integer()}, reals_of(run.at("initial")));
    double scale = 32768;
    int64_t number = 0, skipped = 0;
    for (const Setting& setting : *run.at("steps").list()) {
      const Table& step = *setting.table();
      const std::string& kind = *step.at("kind").text();
      std::vector<double> gradient = reals_of(step.at("unscaled"));
      for (double& value : gradient) value *= scale;
      if (kind != "fine")
        gradient[static_cast<size_t>(*step.at("place").integer())] = kind == "inf" ? infinite : std::nan("");
      ours.step(gradient);
      INFO(device << ", step " << number++ << ": " << kind);
      scale = real_of(step.at("scale"));
      CHECK(ours.scale() == scale);
      CHECK(ours.state(models::state_name::scale_age) == real_of(step.at("age")));
      CHECK(ours.state("optimizer/iteration") == real_of(step.at("iteration")));
      skipped += kind == "fine" ? 0 : 1;
      CHECK(ours.state(models::state_name::skipped_steps) == static_cast<double>(skipped));
      const std::vector<double> weights = reals_of(step.at("weights"));
      for (size_t i = 0; i < weights.size(); ++i) CHECK(ours.state("w", static_cast<int64_t>(i)) == weights[i]);
    }
    CHECK(number >= 16);
  }
}

TEST_CASE("the loss scale never falls below 1, and grows to no infinity") {
  Scaled low("reference", {4, 1}, {1});
  for (const double expected : {2, 1, 1, 1}) {
    low.step({infinite});
    CHECK(low.scale() == expected);
  }
  // At a scale of 1 an overflow is no step left out: it ends a run.
  CHECK(low.state(models::state_name::skipped_steps) == 2);
  Scaled high("reference", {0x1p124, 1}, {1});
  for (int step = 0; step < 5; ++step) high.step({0});
  CHECK(high.scale() == 0x1p126);
}

TEST_CASE("the loss scale stays where nothing may change any more") {
  Scaled scaled("reference", {8, 2}, {1});
  scaled.step({1}, false);
  scaled.step({infinite}, false);
  CHECK(scaled.scale() == 8);
  CHECK(scaled.state(models::state_name::scale_age) == 0);
  CHECK(scaled.state(models::state_name::skipped_steps) == 0);
}

}  // namespace dltrain::test
