// Schedules against Keras, and counts in epochs.
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "models/schedules/schedule.h"
#include "tests/models/components.h"
#include "tests/support/keras.h"

using namespace dltrain;

namespace {

models::LearningRate learning_rate(const Setting& schedule, int64_t steps_per_epoch = 100) {
  return {{0, test::component_of("schedule", schedule)}, steps_per_epoch};
}

Setting table(std::initializer_list<std::pair<const char*, Setting>> entries) {
  Table made;
  for (const auto& [key, value] : entries) made.set(key, value);
  return made;
}

}  // namespace

TEST_CASE("schedules give Keras' learning rates") {
  for (const Table& one : test::keras_fixture("schedules/schedules").cases) {
    const std::string name = *one.at("case").text();
    if (name == "cosine_warm_up_no_target") continue;  // refused, see below
    DYNAMIC_SECTION(name) {
      const auto rate = learning_rate(one.at("schedule"));
      const auto steps = test::integers(one.at("steps"));
      const List& values = *one.at("values").list();
      REQUIRE(steps.size() == values.size());
      for (size_t i = 0; i < steps.size(); ++i) {
        INFO("step " << steps[i]);
        // Keras computes in float32: its powers and cosines are off by some units in the last place of 1.
        CHECK(std::fabs(rate.at(steps[i]) - *values[i].real()) <= 2e-5 * *values[i].real() + 1e-8);
      }
    }
  }
}

TEST_CASE("a warm-up before Keras' schedules: a straight line to their first learning rate, then theirs") {
  constexpr int64_t warm = 7;
  for (const Table& one : test::keras_fixture("schedules/schedules").cases) {
    const std::string name = *one.at("case").text();
    if (name.find("warm_up") != std::string::npos) continue;
    DYNAMIC_SECTION(name) {
      const auto alone = learning_rate(one.at("schedule"));
      const auto rate = learning_rate(table({{"type", "Warmup"},
                                             {"initial_learning_rate", 0.001},
                                             {"warmup_steps", warm},
                                             {"then", one.at("schedule")}}));
      CHECK(rate.at(0) == 0.001);
      for (int64_t step = 1; step < warm; ++step) {
        const double share = static_cast<double>(step) / warm;
        CHECK(std::fabs(rate.at(step) - (0.001 * (1 - share) + alone.at(0) * share)) < 1e-15);
      }
      for (const int64_t step : test::integers(one.at("steps"))) CHECK(rate.at(step + warm) == alone.at(step));
    }
  }
}

TEST_CASE("a warm-up before a cosine gives what Keras' CosineDecay with its own warm-up gives") {
  for (const Table& one : test::keras_fixture("schedules/schedules").cases) {
    const std::string name = *one.at("case").text();
    const Table& cosine = *one.at("schedule").table();
    if (!cosine.contains("warmup_target") || name == "cosine_warm_up_zero_steps") continue;
    DYNAMIC_SECTION(name) {
      Table then = cosine;
      then.erase("warmup_target");
      then.erase("warmup_steps");
      then.set("initial_learning_rate", cosine.at("warmup_target"));
      const auto rate = learning_rate(table({{"type", "Warmup"},
                                             {"initial_learning_rate", cosine.at("initial_learning_rate")},
                                             {"warmup_steps", cosine.at("warmup_steps")},
                                             {"then", then}}));
      const auto steps = test::integers(one.at("steps"));
      const List& values = *one.at("values").list();
      for (size_t i = 0; i < steps.size(); ++i) {
        INFO("step " << steps[i]);
        CHECK(std::fabs(rate.at(steps[i]) - *values[i].real()) <= 2e-5 * *values[i].real() + 1e-8);
      }
    }
  }
}

TEST_CASE("a warm-up goes before a plain number, and counts in epochs") {
  const auto rate = learning_rate(table({{"type", "Warmup"}, {"warmup_steps", "2 epochs"}, {"then", 0.5}}), 10);
  CHECK(rate.at(0) == 0);
  CHECK(rate.at(10) == 0.25);
  CHECK(rate.at(20) == 0.5);
  CHECK(rate.at(1000000) == 0.5);
}

TEST_CASE("two warm-ups, one behind the other, are refused") {
  const Setting cosine = table({{"type", "CosineDecay"},
                                {"initial_learning_rate", 0.0},
                                {"decay_steps", 20},
                                {"warmup_target", 0.1},
                                {"warmup_steps", 5}});
  const Setting warm = table({{"type", "Warmup"}, {"warmup_steps", 3}, {"then", 0.1}});
  for (const Setting& then : {cosine, warm}) {
    CHECK_THROWS_AS(learning_rate(table({{"type", "Warmup"}, {"warmup_steps", 3}, {"then", then}})), UserError);
  }
}

TEST_CASE("a warm-up without its target is refused, where Keras ignores it") {
  CHECK_THROWS_AS(
      learning_rate(
          table({{"type", "CosineDecay"}, {"initial_learning_rate", 0.1}, {"decay_steps", 20}, {"warmup_steps", 5}})),
      UserError);
}

TEST_CASE("counts of a schedule may be in epochs") {
  const Setting steps =
      table({{"type", "ExponentialDecay"}, {"initial_learning_rate", 0.1}, {"decay_steps", 250}, {"decay_rate", 0.5}});
  const Setting epochs = table({{"type", "ExponentialDecay"},
                                {"initial_learning_rate", 0.1},
                                {"decay_steps", "2.5 epochs"},
                                {"decay_rate", 0.5}});
  for (const int64_t step : {0, 1, 249, 250, 1000})
    CHECK(learning_rate(steps).at(step) == learning_rate(epochs, 100).at(step));
  const Setting pieces = table(
      {{"type", "PiecewiseConstantDecay"}, {"boundaries", List{"1 epoch", 250}}, {"values", List{1.0, 0.5, 0.1}}});
  CHECK(learning_rate(pieces).at(100) == 1.0);
  CHECK(learning_rate(pieces).at(101) == 0.5);
  CHECK(learning_rate(pieces).at(251) == 0.1);
}

TEST_CASE("polynomial and inverse decay follow their formulas") {
  const auto polynomial = learning_rate(table({{"type", "PolynomialDecay"},
                                               {"initial_learning_rate", 0.1},
                                               {"decay_steps", 10},
                                               {"end_learning_rate", 0.01},
                                               {"power", 2.0}}));
  CHECK(polynomial.at(0) == 0.1);
  CHECK(std::fabs(polynomial.at(5) - (0.09 * 0.25 + 0.01)) < 1e-15);
  CHECK(polynomial.at(1000) == 0.01);
  const auto cycle = learning_rate(table({{"type", "PolynomialDecay"},
                                          {"initial_learning_rate", 0.1},
                                          {"decay_steps", 10},
                                          {"end_learning_rate", 0.0},
                                          {"cycle", true}}));
  CHECK(std::fabs(cycle.at(15) - 0.1 * (1 - 15.0 / 20)) < 1e-15);
  const auto inverse = learning_rate(table({{"type", "InverseTimeDecay"},
                                            {"initial_learning_rate", 0.1},
                                            {"decay_steps", 10},
                                            {"decay_rate", 0.5},
                                            {"staircase", true}}));
  CHECK(std::fabs(inverse.at(19) - 0.1 / 1.5) < 1e-15);
}

TEST_CASE("restarts begin where their periods do") {
  const auto doubling = learning_rate(table(
      {{"type", "CosineDecayRestarts"}, {"initial_learning_rate", 0.1}, {"first_decay_steps", 10}, {"m_mul", 0.5}}));
  CHECK(doubling.at(0) == 0.1);
  CHECK(std::fabs(doubling.at(5) - 0.05) < 1e-15);
  CHECK(std::fabs(doubling.at(10) - 0.05) < 1e-15);   // second period: 20 steps, half as high
  CHECK(std::fabs(doubling.at(20) - 0.025) < 1e-15);
  CHECK(std::fabs(doubling.at(30) - 0.025) < 1e-15);  // third: 40 steps
  const auto even = learning_rate(table(
      {{"type", "CosineDecayRestarts"}, {"initial_learning_rate", 0.1}, {"first_decay_steps", 10}, {"t_mul", 1.0}}));
  CHECK(std::fabs(even.at(1234567890) - even.at(0)) < 1e-15);
}

TEST_CASE("a plain learning rate stays") { CHECK(models::learning_rate_at({0.25, {}}, 12345, 10) == 0.25); }
