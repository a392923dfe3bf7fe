// The TensorBoard callback: what it records, and that a run which was killed and goes on from a checkpoint has every
// step once.
#include <algorithm>
#include <map>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "formats/tfevents/event_reader.h"
#include "formats/tfevents/summaries.h"
#include "tests/support/files.h"
#include "tests/training/experiment.h"
#include "training/callback.h"

namespace dltrain::test {

namespace {

using namespace training;

constexpr const char* recipe = R"(
[data]
type = "iris"
[data.validation]
split = 0.2
[model]
layers = [{ name = "a", type = "Dense", units = 3, activation = "softmax" }]
[train]
loss = "sparse_categorical_crossentropy"
metrics = ["accuracy"]
[[callbacks]]
type = "TensorBoard"
update_freq = "batch"
)";

// A run of two epochs of three steps, event by event.
const std::vector<training::Event>& script() {
  static const std::vector<training::Event> events = [] {
    std::vector<training::Event> made = {RunStarted{"", 2, 3, 32, 96, 24, 0, 0}};
    for (int64_t epoch = 1; epoch <= 2; ++epoch) {
      made.push_back(EpochStarted{epoch});
      for (int64_t step = 1; step <= 3; ++step) {
        const int64_t all = 3 * (epoch - 1) + step;
        made.push_back(StepDone{epoch,
                                step,
                                3,
                                all,
                                1.0 / static_cast<double>(all),
                                10.0 * static_cast<double>(all),
                                0.1,
                                1000,
                                0,
                                {{"loss", 0.5}, {"accuracy", 0.25}}});
      }
      const auto e = static_cast<double>(epoch);
      made.push_back(EpochDone{epoch,
                               2,
                               3 * epoch,
                               {{"loss", 2 / e}, {"accuracy", e / 4}, {"val_loss", 3 / e}, {"val_accuracy", e / 8}},
                               0.1,
                               1,
                               1000});
    }
    made.push_back(RunDone{RunStatus::complete, "", 2, 6, 1, {{"loss", 0.5}}, ""});
    return made;
  }();
  return events;
}

// A process that trains: makes the callback, as a new run or from a state, and shows it events [first, last).
struct TrainingProcess {
  TrainingProcess(const models::Spec& spec, const std::string& folder)
      : context{spec, folder, "a recipe", {"loss", "accuracy", "val_loss", "val_accuracy"}, 3} {
    callback = callback_registry().make(spec.callbacks.front());
    callback->prepare(context);
  }
  void run(size_t first, size_t last) {
    for (size_t i = first; i < last; ++i) callback->on(script()[i], wishes);
  }
  CallbackContext context;
  std::unique_ptr<Callback> callback;
  Wishes wishes;
};

struct Point {
  std::string run, tag;
  int64_t step;
  double value;
  auto operator<=>(const Point&) const = default;
};

// Every scalar of a log folder, in the order in which TensorBoard reads them, without those of the clock.
std::vector<Point> scalars_below(const std::string& folder) {
  std::vector<Point> points;
  for (const std::string run : {"", "train", "validation"}) {
    const std::string path = run.empty() ? folder : join_path(folder, run);
    if (!is_directory(path)) continue;
    for (const std::string& name : list_directory(path, ExitCode::io)) {
      if (!formats::is_event_file(name)) continue;
      formats::EventReader reader(join_path(path, name));
      while (const auto event = reader.next()) {
        for (const formats::SummaryValue& value : event->values) {
          const auto scalar = formats::scalar_of(value);
          if (scalar && !value.tag.starts_with("system/")) points.push_back({run, value.tag, event->step, *scalar});
        }
      }
      CHECK(reader.damaged() == 0);
    }
  }
  return points;
}

std::vector<Point> scalars_of_whole_run(const models::Spec& spec) {
  const TemporaryFolder folder;
  TrainingProcess process(spec, folder.path());
  process.callback->open();
  process.run(0, script().size());
  return scalars_below(folder.file("events"));
}

}  // namespace

TEST_CASE("TensorBoard gets the tags and steps of Keras") {
  const TemporaryFolder folder;
  const std::vector<Point> points = scalars_of_whole_run(spec_of(write(folder, "r.toml", recipe)));
  const auto has = [&](const Point& point) { return std::find(points.begin(), points.end(), point) != points.end(); };
  CHECK(has({"train", "epoch_loss", 0, 2}));
  CHECK(has({"train", "epoch_loss", 1, 1}));
  CHECK(has({"train", "epoch_accuracy", 1, 0.5}));
  CHECK(has({"train", "epoch_learning_rate", 0, static_cast<float>(0.1)}));
  CHECK(has({"validation", "epoch_loss", 0, 3}));
  CHECK(has({"validation", "evaluation_loss_vs_iterations", 3, 3}));
  CHECK(has({"validation", "evaluation_accuracy_vs_iterations", 6, 0.25}));
  CHECK(has({"train", "batch_loss", 4, 0.5}));
  CHECK(has({"train", "step_loss", 2, 0.5}));
  CHECK(has({"", "best_loss", 2, 1}));
  CHECK(has({"", "test_loss", 2, 0.5}));
}

TEST_CASE("a run that is killed anywhere and goes on from any checkpoint has every step once") {
  const TemporaryFolder recipes;
  const models::Spec spec = spec_of(write(recipes, "r.toml", recipe));
  const std::vector<Point> whole = scalars_of_whole_run(spec);
  const size_t size = script().size();
  for (size_t saved = 1; saved < size; ++saved) {
    for (size_t killed = saved; killed <= size; ++killed) {
      const TemporaryFolder folder;
      Table state;
      {
        TrainingProcess first(spec, folder.path());
        first.callback->open();
        first.run(0, saved);
        state = first.callback->state();
        first.run(saved, killed);
      }
      for (int i = 0; i < 2; ++i) {  // two more of them, from the same checkpoint; the last one comes to the end
        TrainingProcess next(spec, folder.path());
        next.callback->restore(state);
        next.callback->open();
        next.run(saved, i == 0 ? killed : size);
      }
      INFO("checkpoint after event " << saved << ", killed after " << killed);
      CHECK(scalars_below(folder.file("events")) == whole);
    }
  }
}

TEST_CASE("a checkpoint before anything was recorded, and none at all") {
  const TemporaryFolder recipes;
  const models::Spec spec = spec_of(write(recipes, "r.toml", recipe));
  const std::vector<Point> whole = scalars_of_whole_run(spec);
  for (const bool has_state : {true, false}) {
    const TemporaryFolder folder;
    Table state;
    {
      TrainingProcess first(spec, folder.path());
      first.callback->open();
      state = first.callback->state();
      first.run(0, 5);
    }
    write_file_durably(folder.file("events/train/events.out.tfevents.0000000001.other.1.0.v2"), std::string_view());
    write_file_durably(folder.file("events/notes.txt"), std::string_view("mine"));
    TrainingProcess next(spec, folder.path());
    if (has_state) next.callback->restore(state);
    next.callback->open();
    next.run(0, script().size());
    CHECK(scalars_below(folder.file("events")) == whole);
    // What others put there stays.
    CHECK(exists(folder.file("events/train/events.out.tfevents.0000000001.other.1.0.v2")));
    CHECK(exists(folder.file("events/notes.txt")));
  }
}

TEST_CASE("a log folder that cannot be written to is told before training; later trouble is a warning") {
  const TemporaryFolder folder;
  write_file_durably(folder.file("events"), std::string_view("a file"));
  const models::Spec spec = spec_of(write(folder, "r.toml", recipe));
  TrainingProcess process(spec, folder.path());
  CHECK(message_of([&] { process.callback->open(); }).find("events") != std::string::npos);

  process.run(0, script().size());
  CHECK(process.wishes.notices.size() == 1);
}

TEST_CASE("profiles and frequencies that are not there are refused by name") {
  const TemporaryFolder folder;
  const std::string path = write(folder, "r.toml", recipe);
  const auto with = [&](const std::string& line) {
    return message_of([&] { spec_of(write(folder, "changed.toml", std::string(recipe) + line + "\n")); });
  };
  CHECK(with("profile_batch = 2").find("profile_batch") != std::string::npos);
  const std::string other = read_text(path, ExitCode::io);
  for (const char* wrong : {"0", "-1", "\"minute\"", "1.5"}) {
    std::string text = other;
    text.replace(text.find("\"batch\""), 7, wrong);
    CHECK(message_of([&] { spec_of(write(folder, "changed.toml", text)); }).find("number of steps") !=
          std::string::npos);
  }
}

}  // namespace dltrain::test
