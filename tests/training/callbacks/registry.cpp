// What holds for every callback: it is documented, its canonical form reads back as itself, and one that goes on from
// the state of another behaves as that one would have.
#include <catch2/catch_test_macros.hpp>
#include <map>

#include "core/files.h"
#include "core/random.h"
#include "formats/json/json.h"
#include "tests/support/paths.h"
#include "tests/training/callbacks/driver.h"

namespace dltrain::test {

namespace {

// A recipe's entry for each kind that cannot do without keys, and for some that are more interesting with them.
const std::map<std::string, std::vector<std::string>>& examples() {
  static const std::map<std::string, std::vector<std::string>> list = {
      {"Command",
       {R"({ type = "Command", command = ["true"] })",
        R"({ type = "Command", command = ["false"], stop_on_failure = true })"}},
      {"CSVLogger", {R"({ type = "CSVLogger", filename = "log.csv" })"}},
      {"EarlyStopping",
       {R"({ type = "EarlyStopping", patience = 3, restore_best_weights = true })", R"("EarlyStopping")",
        R"({ type = "EarlyStopping", monitor = "val_accuracy", patience = 4, baseline = 0.5, start_from_epoch = 3 })"}},
      {"LearningRateScheduler",
       {R"({ type = "LearningRateScheduler", schedule = { 1 = 0.5, 4 = 0.1 } })",
        R"({ type = "LearningRateScheduler", factor = 0.9, from_epoch = 3 })"}},
      {"ReduceLROnPlateau", {R"({ type = "ReduceLROnPlateau", patience = 1, cooldown = 2, factor = 0.5 })"}},
      {"SwapEMAWeights", {R"({ type = "SwapEMAWeights", swap_on_epoch = true })"}},
      {"Timer", {R"({ type = "Timer", max_time = "2h" })"}},
  };
  return list;
}

std::vector<std::string> examples_of(const std::string& kind) {
  const auto found = examples().find(kind);
  return found != examples().end() ? found->second : std::vector<std::string>{"\"" + kind + "\""};
}

models::Spec any_spec() {
  return spec_with("[\"accuracy\"]", R"({ type = "SGD", learning_rate = 0.1, use_ema = true })");
}

// A run of twenty epochs of two steps, with values that go up and down and miss now and then.
std::vector<training::Event> events() {
  std::vector<training::Event> list;
  for (int64_t epoch = 1; epoch <= 20; ++epoch) {
    list.emplace_back(training::EpochStarted{epoch});
    for (int64_t step = 1; step <= 2; ++step) {
      const int64_t done = 2 * (epoch - 1) + step;
      list.emplace_back(
          training::StepDone{epoch, step, 2, done, 0.5, 2.0, 0.1, 10, 0, {{"loss", 0.5}, {"accuracy", 0.5}}});
      list.emplace_back(training::Stepped{epoch, step, 2, done});
    }
    const double value = RandomStream(7, 1).uniform(0, static_cast<uint64_t>(epoch));
    training::Values values = {{"loss", value}, {"accuracy", 1 - value}};
    if (epoch % 5 != 0) values.insert(values.end(), {{"val_loss", value + 0.1}, {"val_accuracy", 0.9 - value}});
    list.emplace_back(training::ValidationStarted{epoch, 1});
    list.emplace_back(training::EpochDone{epoch, 20, 2 * epoch, values, 0.1, 1, 10});
  }
  list.emplace_back(training::TrainingDone{training::RunStatus::complete, 20, 40});
  return list;
}

// What a checkpoint does with a state.
Table through_json(const Table& state) {
  const Setting back = formats::parse_json(formats::json_text(Setting(state)), "state", ExitCode::bug);
  return *back.table();
}

// The bytes of the files that a callback names, in their order.
std::string contents(const training::Callback& callback) {
  std::string text;
  for (const std::string& path : callback.files()) text += exists(path) ? read_text(path, ExitCode::io) : "(none)";
  return text;
}

struct Played {
  std::vector<std::string> wishes;
  std::string files;
};

// All events in one go, or broken off before event `cut`, with a few more that the checkpoint does not know of.
Played play(const Component& component, const models::Spec& spec, size_t cut) {
  const TemporaryFolder folder;
  const std::vector<training::Event> all = events();
  auto callback = prepared(component, spec, folder.path());
  callback->open();
  Played played;
  for (size_t i = 0; i < all.size(); ++i) {
    if (i == cut) {
      const Table state = through_json(callback->state());
      for (size_t k = i; k < std::min(i + 7, all.size()); ++k) told(*callback, all[k]);
      callback = prepared(component, spec, folder.path());
      callback->restore(state);
      callback->open();
    }
    played.wishes.push_back(text_of(told(*callback, all[i])));
  }
  played.files = contents(*callback);
  return played;
}

// Those that write what depends on the clock or need a model.
bool is_covered_elsewhere(const std::string& kind) { return kind == "TensorBoard"; }

}  // namespace

TEST_CASE("every callback is documented, and its canonical form reads back as itself") {
  REQUIRE(training::callback_registry().schemas().size() > 8);
  for (const Schema& schema : training::callback_registry().schemas()) {
    INFO(schema.kind);
    CHECK(schema.doc.size() > 20);
    for (const Field& field : schema.fields) CHECK(field.doc.size() > 5);
    for (const std::string& example : examples_of(schema.kind)) {
      const Component component = callback_component(example);
      CHECK(callback_component(component.setting()) == component);
    }
  }
}

TEST_CASE("a callback that goes on from a checkpoint behaves as if nothing had happened") {
  const models::Spec spec = any_spec();
  const size_t count = events().size();
  for (const Schema& schema : training::callback_registry().schemas()) {
    if (is_covered_elsewhere(schema.kind)) continue;
    for (const std::string& example : examples_of(schema.kind)) {
      DYNAMIC_SECTION(example) {
        const Component component = callback_component(example);
        const Played whole = play(component, spec, count);
        const size_t stride = schema.kind == "Command" ? 40 : 1;
        for (size_t cut = 1; cut < count; cut += stride) {
          const Played broken = play(component, spec, cut);
          INFO("broken off before event " << cut);
          CHECK(broken.wishes == whole.wishes);
          CHECK(broken.files == whole.files);
        }
      }
    }
  }
}

TEST_CASE("a callback that only records wishes nothing that changes training, and one that writes logs says so") {
  const models::Spec spec = any_spec();
  for (const Schema& schema : training::callback_registry().schemas()) {
    for (const std::string& example : examples_of(schema.kind)) {
      INFO(example);
      const TemporaryFolder folder;
      auto callback = prepared(callback_component(example), spec, folder.path());
      callback->open();
      if (!callback->files().empty()) CHECK(callback->only_records());
      if (!callback->only_records()) continue;
      for (const training::Event& event : events()) {
        const training::Wishes wishes = told(*callback, event);
        CHECK_FALSE(wishes.learning_rate);
        CHECK_FALSE(wishes.swap_averages);
        CHECK(wishes.restore.empty());
        if (schema.kind == "Command") break;  // starts a program at each epoch; its failure may end a run, no more
      }
    }
  }
}

}  // namespace dltrain::test
