// Optimizers against Keras: ten updates of three variables, and the state that Keras would save.
#include <catch2/catch_test_macros.hpp>

#include "backends/reference/reference_backend.h"
#include "backends/session.h"
#include "graph/ops.h"
#include "models/optimizers/optimizer.h"
#include "models/schedules/schedule.h"
#include "tests/models/components.h"
#include "tests/support/keras.h"
#include "tests/support/run_graph.h"

using namespace dltrain;
using graph::StateInfo;

namespace {

// The rows [row] of an array along its first axis.
Array row_of(const Array& array, int64_t row) {
  Array one(array.dtype, array.shape.from(1));
  for (int64_t i = 0; i < one.elements(); ++i) set_element(one, i, element(array, row * one.elements() + i));
  return one;
}

// Variables under an optimizer, fed with gradients step by step.
class Training {
 public:
  Training(const Component& optimizer, const std::vector<Array>& initial)
      : optimizer_(models::make_optimizer(optimizer)),
        rate_(optimizer_->learning_rate, 1),
        session_(backends::make_reference_backend()) {
    graph::Builder b(graph_, states_, true);
    models::OptimizerContext context;
    const StateInfo iteration{"optimizer/iteration", {DType::i64, {}}, graph::StateRole::counter};
    context.learning_rate = b.scalar_input(graph::scalar::learning_rate);
    context.iteration = b.state(iteration);
    context.finite = b.input("finite", graph::InputKind::data, {DType::boolean, {}});
    context.gradient_scale = graph::full(b, DType::f32, {}, 0.5);  // undone by gradients twice as large
    for (size_t i = 0; i < initial.size(); ++i) {
      weights_.push_back({"w" + std::to_string(i), {DType::f32, initial[i].shape}});
      context.weights.push_back(b.state(weights_.back()));
      context.gradients.push_back(
          b.input("g" + std::to_string(i), graph::InputKind::data, {DType::f32, initial[i].shape}));
    }
    context.states = weights_;
    const auto updated = optimizer_->build(b, context);
    for (size_t i = 0; i < updated.size(); ++i) b.set_state(weights_[i].name, updated[i]);
    b.set_state(iteration.name, graph::add(b, context.iteration, graph::cast(b, context.finite, DType::i64)));
    plan_ = session_.add(graph_);
    for (size_t i = 0; i < initial.size(); ++i) session_.set_state(weights_[i].name, initial[i]);
  }

  void step(std::vector<Array> gradients, bool finite = true) {
    const Array flag = test::reals_array({}, {finite ? 1.0 : 0.0}, DType::boolean);
    backends::Feed feed;
    feed.data["finite"] = &flag;
    for (size_t i = 0; i < gradients.size(); ++i) {
      for (int64_t k = 0; k < gradients[i].elements(); ++k) set_element(gradients[i], k, 2 * element(gradients[i], k));
      feed.data["g" + std::to_string(i)] = &gradients[i];
    }
    feed.reals[graph::scalar::learning_rate] = rate_.at(done_);
    session_.run(plan_, feed);
    if (finite) ++done_;
  }

  Array weight(size_t i) { return session_.state(weights_[i].name); }
  // As Keras saves it, without iteration and learning rate.
  std::vector<Array> slots() {
    std::vector<Array> saved;
    for (const models::Slot& slot : optimizer_->slots(weights_)) saved.push_back(session_.state(slot.state.name));
    return saved;
  }
  std::vector<std::string> slot_names() {
    std::vector<std::string> names;
    for (const models::Slot& slot : optimizer_->slots(weights_)) names.push_back(slot.name);
    return names;
  }

 private:
  std::unique_ptr<const models::Optimizer> optimizer_;
  models::LearningRate rate_;
  graph::Graph graph_;
  graph::StateTable states_;
  std::vector<StateInfo> weights_;
  backends::Session session_;
  int plan_ = 0;
  int64_t done_ = 0;
};

Array reals(Shape shape, const std::vector<double>& values) {
  return test::reals_array(std::move(shape), values, DType::f32);
}

std::vector<Array> arrays(const test::KerasFixture& family, const Table& one, const std::string& role) {
  std::vector<Array> list;
  for (int64_t i = 0; i < *one.at("variables").integer(); ++i) {
    list.push_back(family.arrays.at(*one.at("case").text() + "." + role + std::to_string(i)));
  }
  return list;
}

std::vector<Array> rows_of(const std::vector<Array>& list, int64_t row) {
  std::vector<Array> rows;
  for (const Array& array : list) rows.push_back(row_of(array, row));
  return rows;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

TEST_CASE("optimizers make Keras' updates and keep Keras' state") {
  const test::KerasFixture family = test::keras_fixture("optimizers/optimizers");
  for (const Table& one : family.cases) {
    const std::string name = *one.at("case").text();
    DYNAMIC_SECTION(name) {
      const Component optimizer = test::component_of("optimizer", one.at("optimizer"));
      Training training(optimizer, arrays(family, one, "initial"));
      const auto gradients = arrays(family, one, "gradient");
      const auto after = arrays(family, one, "after");
      for (int64_t step = 0; step < *one.at("steps").integer(); ++step) {
        training.step(rows_of(gradients, step));
        INFO("step " << step);
        // Keras' 1 - beta_2^step is a float32, which after the first step is off by 1e-5 of its value.
        for (size_t i = 0; i < after.size(); ++i) {
          CHECK(test::difference(training.weight(i), row_of(after[i], step), {3e-6, 3e-6}) == "");
        }
      }
      // iteration, then the learning rate where it is a number, then the slots in our order.
      const List& saved = *one.at("state").list();
      const Setting* rate = one.at("optimizer").table()->find("learning_rate");
      const bool scheduled = rate != nullptr && rate->table() != nullptr;
      const auto names = training.slot_names();
      const auto slots = training.slots();
      const size_t first = saved.size() - slots.size();
      CHECK(first == (scheduled ? 1 : 2));
      for (size_t i = 0; i < slots.size(); ++i) {
        INFO("slot " << *saved[first + i].text());
        CHECK(ends_with(*saved[first + i].text(), "_" + names[i]));
        const double absolute = names[i] == "average" ? 3e-6 : 1e-7;  // an average is as exact as a weight
        const Array& theirs = family.arrays.at(name + ".state" + std::to_string(first + i));
        CHECK(test::difference(slots[i], theirs, {3e-6, absolute}) == "");
      }
    }
  }
}

TEST_CASE("a step that is not finite changes nothing") {
  for (const char* kind : {"SGD", "RMSprop", "Adam", "AdamW"}) {
    for (const char* clipping : {"", "clipnorm", "clipvalue", "global_clipnorm"}) {
      DYNAMIC_SECTION(kind << " " << clipping) {
        Table given;
        given.set("type", kind);
        if (*clipping != 0) given.set(clipping, 1.0);
        const Array initial = reals({2}, {1, -2});
        Training training(test::component_of("optimizer", given), {initial});
        training.step({reals({2}, {0.5, 1})});
        const Array before = training.weight(0);
        const auto slots = training.slots();
        CHECK(!(before == initial));
        training.step({reals({2}, {std::numeric_limits<double>::quiet_NaN(), 1})}, false);
        CHECK(training.weight(0) == before);
        CHECK(training.slots() == slots);
      }
    }
  }
}

TEST_CASE("averages stand still in steps that are not finite, and the first finite one sets them") {
  const Array bad = reals({2}, {std::numeric_limits<double>::infinity(), 1});
  const Array good = reals({2}, {0.5, -1});
  for (const char* kind : {"SGD", "RMSprop", "Adam", "AdamW"}) {
    for (const int64_t frequency : {0, 1, 2}) {
      DYNAMIC_SECTION(kind << " overwriting every " << frequency) {
        Table given;
        given.set("type", kind);
        given.set("use_ema", true);
        given.set("ema_momentum", 0.5);
        if (frequency > 0) given.set("ema_overwrite_frequency", frequency);
        const Array initial = reals({2}, {1, -2});
        Training training(test::component_of("optimizer", given), {initial});
        training.step({bad}, false);
        CHECK(training.weight(0) == initial);
        CHECK(training.slots().front() == reals({2}, {0, 0}));
        training.step({good});
        CHECK(training.slots().front() == training.weight(0));
        const Array before = training.weight(0);
        const auto slots = training.slots();
        training.step({bad}, false);  // would be the second, which overwrites
        CHECK(training.weight(0) == before);
        CHECK(training.slots() == slots);
        training.step({good});
        CHECK((training.slots().front() == training.weight(0)) == (frequency > 0));
      }
    }
  }
}

TEST_CASE("an overwrite frequency without averages is refused, where Keras ignores it") {
  Table given;
  given.set("type", "SGD");
  given.set("ema_overwrite_frequency", 3);
  CHECK_THROWS_AS(test::component_of("optimizer", given), UserError);
}

TEST_CASE("two ways of clipping are refused") {
  Table given;
  given.set("type", "Adam");
  given.set("clipnorm", 1.0);
  given.set("clipvalue", 1.0);
  CHECK_THROWS_AS(test::component_of("optimizer", given), UserError);
}
