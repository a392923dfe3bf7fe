// The memory that is announced after compiling is what training takes: the high-water mark after 20 steps less that
// before compiling. Measured in a process of its own, so that nothing else has raised the mark or left memory behind.
#include <unistd.h>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "core/files.h"
#include "core/free_memory.h"
#include "core/text.h"
#include "datasets/batch_stream.h"
#include "tests/support/paths.h"
#include "tests/support/sanitizer.h"
#include "tests/training/experiment.h"
#include "training/experiment.h"

namespace dltrain::test {

namespace {

using datasets::Part;

constexpr const char* dense_recipe = R"(
[data]
type = "digits"
[model]
layers = [
  "Flatten",
  { type = "Dense", units = 2560, activation = "relu" },
  { type = "Dense", units = 2560, activation = "relu" },
  { type = "Dense", units = 2560, activation = "relu" },
  { type = "Dense", units = 10, activation = "softmax" },
]
[train]
batch_size = 128
loss = "sparse_categorical_crossentropy"
)";

constexpr const char* convolution_recipe = R"(
[data]
type = "synthetic"
samples = 600
shape = [64, 64, 3]
[model]
layers = [
  { type = "Conv2D", filters = 48, kernel_size = 3, padding = "same", activation = "relu" },
  { type = "Conv2D", filters = 48, kernel_size = 3, padding = "same", activation = "relu" },
  "MaxPooling2D",
  { type = "Conv2D", filters = 64, kernel_size = 3, padding = "same", use_bias = false },
  "BatchNormalization",
  { type = "Activation", activation = "relu" },
  "GlobalAveragePooling2D",
  { type = "Dense", units = 10, activation = "softmax" },
]
[train]
batch_size = 128
loss = "sparse_categorical_crossentropy"
)";

// MiB; a line of /proc/self/status.
double highest_mark() {
  for (const std::string& line : split(read_text("/proc/self/status", ExitCode::io), '\n')) {
    if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  }
  return -1;
}

struct Memory {
  double announced = -1;  // MiB
  double measured = -1;
};

// `changes`: settings as of --set, by spaces.
Memory measured_in_own_process(const std::string& path, const std::string& changes) {
  const TemporaryFolder folder;
  const std::string program = "/proc/" + std::to_string(::getpid()) + "/exe";
  const std::string command = "DLTRAIN_MEMORY_OF=" + path + " DLTRAIN_MEMORY_SET='" + changes + "' " + program +
                              " [.memory-of-training] > " + folder.file("out");
  REQUIRE(std::system(command.c_str()) == 0);
  Memory memory;
  for (const std::string& line : split(read_text(folder.file("out"), ExitCode::io), '\n')) {
    if (line.starts_with("memory ")) std::sscanf(line.c_str(), "memory %lf %lf", &memory.announced, &memory.measured);
  }
  return memory;
}

void check_memory_of(const std::string& path, const std::string& changes) {
  if (watches_memory) SKIP("a build with the address sanitizer takes more");
  const Memory memory = measured_in_own_process(path, changes);
  INFO(path << " " << changes << ": announced " << memory.announced << " MiB, measured " << memory.measured << " MiB");
  REQUIRE(memory.measured > 300);
  CHECK(memory.announced > 0.95 * memory.measured);
  CHECK(memory.announced < 1.05 * memory.measured);
}

void check_memory(const std::string& recipe) {
  const TemporaryFolder folder;
  write_file_durably(folder.file("recipe.toml"), recipe);
  check_memory_of(folder.file("recipe.toml"), "");
}

}  // namespace

TEST_CASE("twenty steps in a process of their own", "[.memory-of-training]") {
  const char* recipe = std::getenv("DLTRAIN_MEMORY_OF");
  REQUIRE(recipe != nullptr);
  keep_little_free_memory();  // as the program does
  const char* set = std::getenv("DLTRAIN_MEMORY_SET");
  std::vector<std::string> changes = split(set != nullptr ? set : "", ' ');
  std::erase(changes, "");
  const models::Spec spec = spec_of(recipe, changes);
  const auto data = data_of(spec);
  Diagnostics warnings;
  auto backend = backends::open_backend("cpu", {2});
  const double before = highest_mark();
  training::Model model(training::open_program(spec, data->signature(), warnings), std::move(backend));
  model.initialize();
  const int64_t batch_size = spec.train.batch_size, together = spec.train.gradient_accumulation;
  model.prepare_run(data->size(Part::train), 0);
  const auto announced = static_cast<double>(model.memory().total()) / (1 << 20);
  for (int64_t step = 0, epoch = 0; step < 20; ++epoch) {
    datasets::BatchStream batches(*data, {.batch_size = batch_size, .shuffle = true, .epoch = epoch});
    int64_t batches_of_step = 0;
    for (datasets::Batch batch; step < 20 && batches.next(batch);) {
      if (together == 1) {
        model.train(batch, {step++, 0, 1e-3});
        continue;
      }
      model.gradient(batch, {step, batches_of_step++ * batch_size, 1e-3});
      if (batches_of_step < together) continue;
      model.apply({step++, 0, 1e-3});
      batches_of_step = 0;
    }
  }
  CHECK(std::isfinite(model.loss()));
  std::printf("\nmemory %f %f\n", announced, highest_mark() - before);
}

TEST_CASE("the announced memory of dense layers is within 5 % of the measured one") { check_memory(dense_recipe); }

// Recipes with large batches, an odd last one each, with recomputation, with accumulation, and with neither.
TEST_CASE("the announced memory of large batches is within 5 % of the measured one") {
  const std::string recompute = R"( train.recompute="auto")", accumulation = " train.gradient_accumulation=2";
  const std::string resnet = source_path("recipes/benchmarks/resnet20.toml");
  const std::string transformer = source_path("recipes/benchmarks/transformer.toml");
  const std::string mlp = source_path("recipes/benchmarks/mlp.toml");
  check_memory_of(mlp, "data.samples=50000 train.batch_size=24000");
  check_memory_of(mlp, "data.samples=60000 train.batch_size=28000" + recompute + accumulation);
  check_memory_of(resnet, "data.samples=600 train.batch_size=256");
  check_memory_of(resnet, "data.samples=1000 train.batch_size=512" + recompute);
  check_memory_of(transformer, "data.samples=210 train.batch_size=100");
  check_memory_of(transformer, "data.samples=500 train.batch_size=240" + recompute);
  check_memory_of(transformer, "data.samples=210 train.batch_size=100" + accumulation);
}

// Half of what is kept is narrow, the weights are not, and copies of them in the library's layouts are.
TEST_CASE("the announced memory of training in mixed precision is within 5 % of the measured one") {
  if (!backends::open_backend("cpu", {})->device().precisions.back().missing.empty()) SKIP("no units for bfloat16");
  const std::string narrow = R"( run.precision="mixed_bfloat16")", accumulation = " train.gradient_accumulation=2";
  const auto benchmark = [](const char* name) { return source_path(std::string("recipes/benchmarks/") + name); };
  check_memory_of(benchmark("resnet20.toml"), "data.samples=1000 train.batch_size=480" + narrow);
  check_memory_of(benchmark("transformer.toml"), "data.samples=320 train.batch_size=150" + narrow + accumulation);
}

TEST_CASE("the announced memory of convolutions is within 5 % of the measured one") {
  check_memory(convolution_recipe);
}

}  // namespace dltrain::test
