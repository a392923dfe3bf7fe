// EarlyStopping and ReduceLROnPlateau beside real Keras, over sequences of values.
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "tests/support/keras.h"
#include "tests/training/callbacks/driver.h"

namespace dltrain::test {

namespace {

// The values of an epoch; none where Keras had none.
training::Values values_of(const Setting& value) {
  if (value.is_none()) return {};
  return {{"val_loss", value.real() != nullptr ? *value.real() : static_cast<double>(*value.integer())}};
}

struct Trace {
  std::optional<int64_t> stopped;
  int64_t weights_of_epoch = 0;
  std::vector<double> learning_rates;
};

// Plays a sequence as the trainer would.
Trace play(const Table& one) {
  const models::Spec spec = spec_with();
  const auto callback = prepared(callback_component(one.at("callback")), spec, "");
  Trace trace;
  std::map<std::string, int64_t> remembered;
  double rate = 0.01;
  const auto grant = [&](const training::Wishes& wishes) {
    for (const std::string& name : wishes.remember) remembered[name] = trace.weights_of_epoch;
    for (const std::string& name : wishes.restore) trace.weights_of_epoch = remembered.at(name);
    rate = wishes.learning_rate.value_or(rate);
  };
  for (const Setting& value : *one.at("values").list()) {
    const int64_t epoch = ++trace.weights_of_epoch;
    const training::Wishes wishes = told(*callback, epoch_done(epoch, values_of(value), rate));
    grant(wishes);
    trace.learning_rates.push_back(rate);
    if (!wishes.stop) continue;
    trace.stopped = epoch;
    break;
  }
  grant(told(*callback, training::TrainingDone{}));
  return trace;
}

}  // namespace

TEST_CASE("EarlyStopping ends where Keras ends, with Keras' weights") {
  const auto cases = keras_fixture("callbacks/early_stopping").cases;
  CHECK(cases.size() > 100);
  for (const Table& one : cases) {
    const Trace trace = play(one);
    INFO(*one.at("case").text() << ": " << one.at("callback").toml());
    const Setting& stopped = one.at("stopped");
    CHECK(trace.stopped == (stopped.is_none() ? std::optional<int64_t>() : *stopped.integer()));
    CHECK(trace.weights_of_epoch == *one.at("weights_of_epoch").integer());
  }
}

TEST_CASE("ReduceLROnPlateau lowers the learning rate when Keras does, and as far") {
  const auto cases = keras_fixture("callbacks/reduce_lr_on_plateau").cases;
  CHECK(cases.size() > 100);
  for (const Table& one : cases) {
    const Trace trace = play(one);
    INFO(*one.at("case").text() << ": " << one.at("callback").toml());
    const List& rates = *one.at("learning_rates").list();
    REQUIRE(trace.learning_rates.size() == rates.size());
    for (size_t i = 0; i < rates.size(); ++i) {
      INFO("epoch " << i + 1);
      CHECK(std::fabs(trace.learning_rates[i] - *rates[i].real()) <= 1e-6 * *rates[i].real());  // Keras' is a float32
    }
  }
}

}  // namespace dltrain::test
