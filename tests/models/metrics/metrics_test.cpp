// Metrics against Keras: results after each of several uneven batches, names, and what "accuracy" stands for.
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "backends/reference/reference_backend.h"
#include "backends/session.h"
#include "models/metrics/accuracy.h"
#include "models/metrics/metric.h"
#include "tests/models/components.h"
#include "tests/support/keras.h"
#include "tests/support/run_graph.h"

using namespace dltrain;

namespace {

// A metric whose sums stay on a device, batch by batch.
class Running {
 public:
  explicit Running(const models::Metric& metric) : metric_(metric), session_(backends::make_reference_backend()) {}

  // The results after one more batch.
  std::vector<double> add(const Array& target, const Array& prediction, const Array* weight) {
    graph::Graph graph;
    graph::Builder b(graph, states_, false);
    const graph::Value y = test::input_like(b, "y", target);
    const graph::Value p = test::input_like(b, "p", prediction);
    std::optional<graph::Value> w;
    if (weight != nullptr) w = test::input_like(b, "w", *weight);
    const auto sums = metric_.sums(b, y, p, w);
    names_ = models::accumulate(b, "metrics/m", sums);
    const int plan = session_.add(graph);
    backends::Feed feed{{{"y", &target}, {"p", &prediction}}, {}, {}};
    if (weight != nullptr) feed.data["w"] = weight;
    session_.run(plan, feed);
    std::vector<std::vector<double>> totals;
    for (const std::string& name : names_) totals.push_back(test::doubles(session_.state(name)));
    return metric_.results(totals);
  }

 private:
  const models::Metric& metric_;
  graph::StateTable states_;
  backends::Session session_;
  std::vector<std::string> names_;
};

Array reals(Shape shape, const std::vector<double>& values) {
  return test::reals_array(std::move(shape), values, DType::f32);
}

}  // namespace

TEST_CASE("metrics have Keras' results and names") {
  const test::KerasFixture family = test::keras_fixture("metrics/metrics");
  for (const Table& one : family.cases) {
    const std::string prefix = *one.at("case").text() + ".";
    DYNAMIC_SECTION(*one.at("case").text()) {
      const auto metric = models::make_metric(test::component_of("metric", one.at("metric")));
      // Keras numbers the objects of a process that have no name of their own: "precision_2".
      const std::string name = *one.at("name").text();
      CHECK(name.substr(0, name.find_last_not_of("_0123456789") + 1) == metric->name());
      const std::vector<double> expected = test::doubles(family.arrays.at(prefix + "results"));
      Running running(*metric);
      for (int64_t batch = 0; batch < *one.at("batches").integer(); ++batch) {
        const std::string number = std::to_string(batch);
        const auto weight = family.arrays.find(prefix + "sample_weight" + number);
        const auto results =
            running.add(family.arrays.at(prefix + "y_true" + number), family.arrays.at(prefix + "y_pred" + number),
                        weight == family.arrays.end() ? nullptr : &weight->second);
        REQUIRE(results.size() == metric->suffixes().size());
        for (size_t i = 0; i < results.size(); ++i) {
          INFO("batch " << batch << ", result " << i);
          CHECK(std::fabs(results[i] - expected[static_cast<size_t>(batch) * results.size() + i]) <=
                2e-6 * (1 + std::fabs(results[i])));
        }
      }
    }
  }
}

TEST_CASE("accuracy is resolved as Keras does") {
  const auto batch_shape = [](const Table& one, const char* key) {
    Shape shape{2};
    for (const Setting& size : *one.at(key).list()) shape = shape.concat({*size.integer()});
    return shape;
  };
  for (const Table& one : test::keras_fixture("metrics/resolution").cases) {
    INFO(*one.at("case").text());
    CHECK(models::resolve_accuracy(batch_shape(one, "target"), batch_shape(one, "prediction")) ==
          *one.at("accuracy").text());
  }
}

TEST_CASE("accuracy counts as the metric that it stands for") {
  const auto metric = models::make_metric(test::component_of("metric", "acc"));
  const Array prediction = reals({3, 2}, {0.9, 0.1, 0.2, 0.8, 0.6, 0.4});
  CHECK(Running(*metric).add(test::reals_array({3}, {0, 1, 1}, DType::u8), prediction, nullptr)[0] == 2.0 / 3);
  CHECK(Running(*metric).add(reals({3, 2}, {1, 0, 0, 1, 1, 0}), prediction, nullptr)[0] == 1.0);
  const Array column = reals({3, 1}, {0.9, 0.2, 0.6});
  CHECK(Running(*metric).add(test::reals_array({3}, {1, 0, 0}, DType::i32), column, nullptr)[0] == 2.0 / 3);
}

TEST_CASE("masks count in every metric") {
  // The third step of both samples is masked and far off.
  const Array target = reals({2, 3}, {1, 0, 0, 1, 1, 0});
  const Array prediction = reals({2, 3}, {0.75, 0.25, 9, 0.75, 0.25, 9});
  const Array mask = reals({2, 3}, {1, 1, 0, 1, 1, 0});
  const auto result = [&](const char* kind) {
    return Running(*models::make_metric(test::component_of("metric", kind))).add(target, prediction, &mask)[0];
  };
  CHECK(std::fabs(result("RootMeanSquaredError") - std::sqrt((3 * 0.0625 + 0.5625) / 4)) < 1e-7);
  CHECK(result("Precision") == 1.0);
  CHECK(std::fabs(result("Recall") - 2.0 / 3) < 1e-7);
}

TEST_CASE("totals do not lose counts beyond the range of float32") {
  const auto metric = models::make_metric(test::component_of("metric", "binary_accuracy"));
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, false);
  const auto sums = metric->sums(b, b.input("y", graph::InputKind::data, {DType::f32, {1, 1}}),
                                 b.input("p", graph::InputKind::data, {DType::f32, {1, 1}}), {});
  const auto names = models::accumulate(b, "metrics/m", sums);
  backends::Session session(backends::make_reference_backend());
  const int plan = session.add(graph);
  const double large = 16777216;  // 2^24: one more is not a float32
  for (const std::string& name : names) session.set_state(name, test::reals_array({}, {large}));
  const Array one = reals({1, 1}, {1});
  session.run(plan, {{{"y", &one}, {"p", &one}}, {}, {}});
  for (const std::string& name : names) CHECK(test::doubles(session.state(name))[0] == large + 1);
}

TEST_CASE("metrics without samples give zero") {
  for (const Schema& schema : models::metric_registry().schemas()) {
    INFO(schema.kind);
    const auto metric = models::make_metric(test::component_of("metric", schema.kind));
    const std::vector<std::vector<double>> nothing = {{0}, {0}, {0}, {0}};  // as many as any has
    CHECK(metric->results(nothing) == std::vector<double>{0});
  }
}

TEST_CASE("metrics keep the name by which they are asked for") {
  const auto name = [](const Setting& given) {
    Component metric = test::component_of("metric", given);
    models::keep_given_name(metric, given);
    return models::make_metric(metric)->name();
  };
  CHECK(name("mse") == "mse");
  CHECK(name("acc") == "acc");
  CHECK(name("MeanSquaredError") == "mean_squared_error");
  CHECK(name("root_mean_squared_error") == "root_mean_squared_error");
  Table named;
  named.set("type", "mae");
  named.set("name", "error");
  CHECK(name(named) == "error");
}

TEST_CASE("metrics of one name are numbered") {
  const std::vector<Component> metrics = {
      test::component_of("metric", "precision"), test::component_of("metric", "recall"),
      test::component_of("metric", "precision"), test::component_of("metric", "precision")};
  CHECK(models::metric_names(metrics) == std::vector<std::string>{"precision", "recall", "precision_1", "precision_2"});
}

TEST_CASE("results at several thresholds have names of their own") {
  Table given;
  given.set("type", "Precision");
  given.set("thresholds", List{0.2, 0.5});
  CHECK(models::make_metric(test::component_of("metric", given))->suffixes() ==
        std::vector<std::string>{"_0.2", "_0.5"});
}
