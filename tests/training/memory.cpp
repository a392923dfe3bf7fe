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

Memory measured_in_own_process(const std::string& recipe) {
  const TemporaryFolder folder;
  write_file_durably(folder.file("recipe.toml"), recipe);
  const std::string program = "/proc/" + std::to_string(::getpid()) + "/exe";
  const std::string command = "DLTRAIN_MEMORY_OF=" + folder.file("recipe.toml") + " " + program +
                              " [.memory-of-training] > " + folder.file("out");
  REQUIRE(std::system(command.c_str()) == 0);
  Memory memory;
  for (const std::string& line : split(read_text(folder.file("out"), ExitCode::io), '\n')) {
    if (line.starts_with("memory ")) std::sscanf(line.c_str(), "memory %lf %lf", &memory.announced, &memory.measured);
  }
  return memory;
}

void check_memory(const std::string& recipe) {
  if (watches_memory) SKIP("a build with the address sanitizer takes more");
  const Memory memory = measured_in_own_process(recipe);
  INFO("announced " << memory.announced << " MiB, measured " << memory.measured << " MiB");
  REQUIRE(memory.measured > 300);
  CHECK(memory.announced > 0.95 * memory.measured);
  CHECK(memory.announced < 1.05 * memory.measured);
}

}  // namespace

TEST_CASE("twenty steps in a process of their own", "[.memory-of-training]") {
  const char* recipe = std::getenv("DLTRAIN_MEMORY_OF");
  REQUIRE(recipe != nullptr);
  keep_little_free_memory();  // as the program does
  const models::Spec spec = spec_of(recipe);
  const auto data = data_of(spec);
  Diagnostics warnings;
  auto backend = backends::open_backend("cpu", {2});
  const double before = highest_mark();
  training::Model model(training::open_program(spec, data->signature(), warnings), std::move(backend));
  model.initialize();
  const int64_t batch_size = spec.train.batch_size;
  model.prepare_training(data->size(Part::train) % batch_size);
  model.prepare_training(batch_size);
  const auto announced = static_cast<double>(model.memory().total()) / (1 << 20);
  for (int64_t step = 0, epoch = 0; step < 20; ++epoch) {
    datasets::BatchStream batches(*data, {.batch_size = batch_size, .shuffle = true, .epoch = epoch});
    for (datasets::Batch batch; step < 20 && batches.next(batch); ++step) model.train(batch, {step, 0, 1e-3});
  }
  CHECK(std::isfinite(model.loss()));
  std::printf("\nmemory %f %f\n", announced, highest_mark() - before);
}

TEST_CASE("the announced memory of dense layers is within 5 % of the measured one") { check_memory(dense_recipe); }

TEST_CASE("the announced memory of convolutions is within 5 % of the measured one") {
  check_memory(convolution_recipe);
}

}  // namespace dltrain::test
