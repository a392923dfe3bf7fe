// Numbers that are not finite, in samples, targets, weights, losses, gradients and metrics, in the first, a middle and
// the last batch, of the first and of a later epoch: the run stops with exit code 6 and says where, what was good stays,
// nothing else is ever the best, and the failed step can be made again (P8).
#include <cmath>
#include <limits>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "core/not_finite.h"
#include "core/text.h"
#include "formats/hdf5/weights_file.h"
#include "formats/npy/npz.h"
#include "tests/faults/runs.h"
#include "training/checkpoint/checkpoint.h"
#include "training/checkpoint/store.h"

namespace dltrain::test {

namespace {

constexpr int64_t samples = 72, features = 6, batch_size = 8;
constexpr int64_t trained = 54, batches = 7;  // a quarter is for validation
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// What is put where.
struct Poison {
  const char* name;
  bool in_target;
  double value;
  const char* loss;
  const char* said;  // what the message names
};
// A hundred times 3e38 is infinite, and so is the square of 1e30. With first weights of a millionth, a sample of 1e21
// has a finite loss, and a gradient that is not.
constexpr Poison poisons[] = {{"infinity in a layer", false, 3e38, "mse", "layer \"rescaling\""},
                              {"minus infinity in a layer", false, -3e38, "mse", "layer \"rescaling\""},
                              {"infinite loss", true, 1e30, "mse", "layer \"loss"},
                              {"infinite gradient", false, 1e21, "mse", "going back"}};
// These are found when the data is read, whatever the epoch.
constexpr Poison refused[] = {{"NaN in a sample", false, nan, "mse", "NaN"},
                              {"infinity in a sample", false, infinity, "mse", "inf"},
                              {"minus infinity in a sample", false, -infinity, "mse", "-inf"},
                              {"NaN in a target", true, nan, "mse", "NaN"},
                              {"infinity in a target", true, infinity, "mse", "inf"}};

std::string recipe(const std::string& loss, int accumulation) {
  return "seed = 3\n[data]\ntype = \"npz\"\nfile = \"data.npz\"\n[data.validation]\nsplit = 0.25\nhow = \"time\"\n[model]\nlayers = [\n"
         "  { type = \"Rescaling\", scale = 100.0 },\n"
         "  { type = \"Dense\", units = 8, kernel_initializer = { type = \"RandomNormal\", stddev = 1e-6 } },\n"
         "  { type = \"Dense\", units = 1 },\n]\n[train]\nepochs = 3\nbatch_size = 8\nshuffle = false\nloss = \"" +
         loss + "\"\nmetrics = [\"mse\", \"mae\"]\ngradient_accumulation = " + std::to_string(accumulation) +
         "\noptimizer = { type = \"Adam\", learning_rate = 1e-6 }\n[run]\nthreads = 1\n[[callbacks]]\ntype = "
         "\"ModelCheckpoint\"\nmonitor = \"mse\"\nevery_steps = 2\n";
}

class Case {
 public:
  Case(const std::string& loss, int accumulation) {
    write_file_durably(folder_.file("recipe.toml"), recipe(loss, accumulation));
    write_data({}, false, 0);
  }

  // Samples as they should be, but for one number of this row.
  void write_data(std::optional<int64_t> row, bool in_target, double value) const {
    Array x(DType::f32, Shape{samples, features}), y(DType::f32, Shape{samples, 1});
    for (int64_t i = 0; i < samples * features; ++i)
      x.as<float>()[static_cast<size_t>(i)] = static_cast<float>(std::sin(static_cast<double>(i)));
    for (int64_t i = 0; i < samples; ++i)
      y.as<float>()[static_cast<size_t>(i)] = x.as<float>()[static_cast<size_t>(i * features)];
    if (row && in_target) y.as<float>()[static_cast<size_t>(*row)] = static_cast<float>(value);
    if (row && !in_target) x.as<float>()[static_cast<size_t>(*row * features + 2)] = static_cast<float>(value);
    formats::write_npz(folder_.file("data.npz"), std::vector<formats::NamedArray>{{"x", x}, {"y", y}});
  }

  Ended go(std::vector<std::string> words) const {
    words.insert(words.begin(), program_path());
    return Process(words, folder_.path()).wait();
  }
  Ended fit(const std::string& epochs) const { return go({"fit", "recipe.toml", "--run", "run", "--epochs", epochs}); }
  Ended go_on(const std::string& epochs) const { return go({"resume", "run", "--epochs", epochs}); }
  std::string run() const { return folder_.file("run"); }
  std::string file(const std::string& name) const { return folder_.file(name); }

 private:
  TemporaryFolder folder_;
};

bool all_finite(const std::string& weights) {
  for (const formats::WeightGroup& group : formats::read_weights_file(weights)) {
    for (const Array& array : group.variables) {
      if (first_not_finite(array) >= 0) return false;
    }
  }
  return true;
}

// The message without its line breaks.
std::string one_line(const std::string& message) { return join(split(message, '\n'), " "); }

void check_checkpoints(const Case& place, int64_t failed_step, bool later) {
  std::vector<std::string> notes;
  const auto newest = training::newest_checkpoint(place.run(), notes);
  REQUIRE(newest);
  CHECK(notes.empty());
  for (const auto& checkpoint : training::list_checkpoints(place.run())) {
    CHECK(checkpoint.step < failed_step);
    CHECK(all_finite(checkpoint.path + "/model.weights.h5"));
  }
  CHECK(all_finite(place.run() + "/model/model.weights.h5"));
  CHECK(exists(place.run() + "/best") == later);
}

void check_failure(const Poison& poison, int64_t batch, bool later, int accumulation) {
  const Case place(poison.loss, accumulation);
  const int64_t steps = (batches + accumulation - 1) / accumulation;
  if (later) REQUIRE(place.fit("1").code == 0);
  place.write_data(std::min(batch * batch_size + 3, trained - 1), poison.in_target, poison.value);
  const Ended ended = later ? place.go_on("3") : place.fit("3");
  const int64_t step = (later ? steps : 0) + batch / accumulation + 1;
  const std::string said = one_line(ended.err);
  INFO(poison.name << ", batch " << batch << ", later " << later << ", accumulation " << accumulation << ": " << said);
  CHECK(ended.code == 6);
  CHECK(said.find("at step " + std::to_string(step) + " ") != std::string::npos);
  CHECK(said.find(poison.said) != std::string::npos);
  check_checkpoints(place, step, later);
  const Ended again = place.go({"replay", "run/failures/step-" + std::to_string(step)});
  INFO(again.out << again.err);
  CHECK(again.code == 6);
  CHECK(again.out.find("\nthe same as when the run failed") != std::string::npos);
}

void check_refusal(const Poison& poison, int64_t batch, bool later) {
  const Case place(poison.loss, 1);
  if (later) REQUIRE(place.fit("1").code == 0);
  const int64_t sample = std::min(batch * batch_size + 3, trained - 1);
  place.write_data(sample, poison.in_target, poison.value);
  const Ended ended = later ? place.go_on("3") : place.fit("3");
  const std::string said = one_line(ended.err);
  INFO(poison.name << ", batch " << batch << ", later " << later << ": " << said);
  CHECK(ended.code == 3);
  CHECK(said.find("data.npz") != std::string::npos);
  CHECK(said.find("sample " + std::to_string(sample)) != std::string::npos);
  CHECK(exists(place.run()) == later);
  if (later) check_checkpoints(place, batches + 1, true);
}

// A metric that is not finite beside a loss that is: no failure, and never the best.
void check_metric(int64_t batch, bool later, int accumulation) {
  const Case place("mae", accumulation);
  if (later) REQUIRE(place.fit("1").code == 0);
  place.write_data(std::min(batch * batch_size + 3, trained - 1), true, 1e30);
  const Ended ended = later ? place.go_on("3") : place.fit("3");
  INFO("batch " << batch << ", later " << later << ": " << ended.err);
  CHECK(ended.code == 0);
  CHECK(read_text(place.run() + "/history.csv", ExitCode::io).find("inf") != std::string::npos);
  CHECK(exists(place.run() + "/best") == later);
  if (!later) return;
  const int64_t steps = (batches + accumulation - 1) / accumulation;
  CHECK(training::verify_checkpoint(place.run() + "/best").position.step == steps);
}

}  // namespace

TEST_CASE("what is not finite stops the run, is named, and can be seen again") {
  int64_t done = 0, number = 0;
  for (const int accumulation : {1, 2}) {
    for (const bool later : {false, true}) {
      for (const int64_t batch : {int64_t{0}, batches / 2, batches - 1}) {
        for (const Poison& poison : poisons) {
          if (!full_size() && number++ % 5 != 0) continue;
          check_failure(poison, batch, later, accumulation);
          ++done;
        }
        for (const Poison& poison : refused) {
          if (accumulation > 1 || (!full_size() && number++ % 5 != 0)) continue;
          check_refusal(poison, batch, later);
          ++done;
        }
        if (!full_size() && batch != batches / 2) continue;
        check_metric(batch, later, accumulation);
        ++done;
      }
    }
  }
  CHECK(done >= (full_size() ? 60 : 12));
  tally("P8: numbers that are not finite, each named with its step and seen again, never saved, never the best", done);
}

TEST_CASE("weights that are not finite are neither trained nor saved") {
  for (const double value : {nan, infinity}) {
    const Case place("mse", 1);
    REQUIRE(place.fit("1").code == 0);
    const std::string path = place.file("bad.weights.h5");
    std::vector<formats::WeightGroup> groups = formats::read_weights_file(place.run() + "/model/model.weights.h5");
    for (formats::WeightGroup& group : groups) {
      for (Array& array : group.variables) {
        if (array.dtype == DType::f32) array.as<float>()[0] = static_cast<float>(value);
      }
    }
    formats::write_weights_file(path, groups);
    const Ended ended = place.go({"fit", "recipe.toml", "--run", "other", "--init-from", "bad.weights.h5"});
    INFO(ended.err);
    CHECK(ended.code == 6);
    CHECK(one_line(ended.err).find("weight ") != std::string::npos);
    CHECK(training::list_checkpoints(place.file("other")).empty());
  }
  // An update that is too large for a weight, though its gradient is finite.
  const Case place("mse", 1);
  const Ended ended = place.go({"fit", "recipe.toml", "--run", "run", "--set",
                                "train.optimizer={type=\"SGD\", learning_rate=1e38}", "--set", "train.loss=\"mae\""});
  INFO(ended.err);
  CHECK(ended.code == 6);
  for (const auto& checkpoint : training::list_checkpoints(place.run()))
    CHECK(all_finite(checkpoint.path + "/model.weights.h5"));
  CHECK_FALSE(exists(place.run() + "/best"));
}

}  // namespace dltrain::test
