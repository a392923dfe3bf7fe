// What holds for every loss, metric, optimizer and schedule: documentation, defaults, canonical form.
#include <catch2/catch_test_macros.hpp>

#include "core/schema.h"
#include "models/catalogue.h"
#include "models/losses/loss.h"
#include "models/metrics/metric.h"
#include "models/optimizers/optimizer.h"
#include "models/schedules/schedule.h"
#include "tests/models/components.h"

using namespace dltrain;

namespace {

// A component with its required fields set to something sensible.
Setting example(const Schema& schema) {
  Table given;
  given.set("type", schema.kind);
  for (const Field& field : schema.fields) {
    if (!field.required) continue;
    switch (field.type) {
      case FieldType::real:
      case FieldType::real_or_component: given.set(field.name, 0.5); break;
      case FieldType::reals: given.set(field.name, List{0.1, 0.01}); break;
      case FieldType::step_count: given.set(field.name, "2 epochs"); break;
      case FieldType::step_counts: given.set(field.name, List{100}); break;
      default: FAIL("give " << schema.kind << "." << field.name << " an example");
    }
  }
  return given;
}

}  // namespace

TEST_CASE("every kind of models is documented, and its canonical form reads back as itself") {
  Catalogue catalogue;
  models::fill_catalogue(catalogue);
  for (const std::string family : {"loss", "metric", "optimizer", "schedule"}) {
    REQUIRE(!catalogue.kinds(family).empty());
    for (const std::string& kind : catalogue.kinds(family)) {
      DYNAMIC_SECTION(family << " " << kind) {
        const Schema& schema = *catalogue.find(family, kind);
        CHECK(schema.doc.size() > 10);
        for (const Field& field : schema.fields) {
          INFO(field.name);
          CHECK(field.doc.size() > 5);
        }
        const Component component = test::component_of(family, example(schema));
        const Component again = test::component_of(family, component.setting());
        CHECK(component == again);
        CHECK(component.setting().toml() == again.setting().toml());
      }
    }
  }
}

TEST_CASE("every kind can be made from its canonical form") {
  for (const Schema& schema : models::loss_registry().schemas())
    CHECK(models::make_loss(test::component_of("loss", example(schema))) != nullptr);
  for (const Schema& schema : models::metric_registry().schemas()) {
    CHECK(models::make_metric(test::component_of("metric", example(schema)))->name() != "");
  }
  for (const Schema& schema : models::optimizer_registry().schemas()) {
    CHECK(models::make_optimizer(test::component_of("optimizer", example(schema)))->learning_rate.number > 0);
  }
  for (const Schema& schema : models::schedule_registry().schemas()) {
    const auto rate = models::LearningRate({0, test::component_of("schedule", example(schema))}, 10);
    CHECK(rate.at(1) > 0);
    CHECK(rate.at(1000) >= 0);
  }
}

TEST_CASE("Keras' other names are known") {
  for (const char* name :
       {"mse", "MSE", "mae", "bce", "mean_squared_error", "sparse_categorical_crossentropy", "huber", "kld"}) {
    CHECK_NOTHROW(test::component_of("loss", name));
  }
  for (const char* name : {"accuracy", "acc", "mse", "rmsprop", "adam", "sgd", "adamw", "top_k_categorical_accuracy"}) {
    const bool optimizer = std::string("rmsprop adam sgd adamw").find(name) != std::string::npos;
    CHECK_NOTHROW(test::component_of(optimizer ? "optimizer" : "metric", name));
  }
}

TEST_CASE("defaults are Keras'") {
  const auto rate = [](const char* kind) {
    return models::make_optimizer(test::component_of("optimizer", kind))->learning_rate.number;
  };
  CHECK(rate("SGD") == 0.01);
  CHECK(rate("RMSprop") == 0.001);
  CHECK(rate("Adam") == 0.001);
  CHECK(rate("AdamW") == 0.001);
  CHECK(models::make_optimizer(test::component_of("optimizer", "AdamW"))->weight_decay == 0.004);
  CHECK(!models::make_optimizer(test::component_of("optimizer", "Adam"))->weight_decay);
}
