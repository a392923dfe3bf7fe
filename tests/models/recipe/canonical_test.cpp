// The canonical form says everything: read again, it gives an equal Spec, and it is its own canonical form.
#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "models/recipe/canonical.h"
#include "models/recipe/parse.h"
#include "models/recipe/reader.h"
#include "tests/models/recipe/catalogue.h"
#include "tests/support/paths.h"

namespace dltrain::models {
namespace {

Spec read(const std::string& text, bool for_training = true) {
  Diagnostics diagnostics;
  return read_spec(parse_recipe("recipe.toml", text), test::small_catalogue(), {for_training}, diagnostics);
}

void check_round_trip(const std::string& text, bool for_training = true) {
  const Spec spec = read(text, for_training);
  const std::string canonical = canonical_toml(spec);
  INFO(canonical);
  const Spec again = read(canonical, for_training);
  CHECK(again == spec);
  CHECK(canonical_toml(again) == canonical);
}

}  // namespace

TEST_CASE("every right recipe of the golden files survives its canonical form") {
  const std::string folder = test::source_path("tests/models/recipe/golden/");
  size_t right = 0;
  for (const std::string& file : list_directory(folder, ExitCode::io)) {
    if (!file.ends_with(".txt") || !read_text(folder + file, ExitCode::io).ends_with("exit code 0\n")) continue;
    const std::string text = read_text(folder + file.substr(0, file.size() - 4) + ".toml", ExitCode::io);
    INFO(file);
    check_round_trip(text, !text.starts_with("# for predicting"));
    ++right;
  }
  CHECK(right >= 8);
}

TEST_CASE("the canonical form keeps everything that a recipe can say") {
  check_round_trip(R"(
name = "all of it"
seed = 7
[run]
device = "cuda:1"
threads = 3
deterministic = false
directory = "else where"
log_every = 10
[data]
type = "csv"
path = "a \"quoted\" file.csv"
target = ["x", "y"]
header = true
[data.validation]
split = 0.1
how = "time"
[data.test]
path = "test.csv"
[model]
inputs = { image = { shape = [8, 8, 1], dtype = "uint8" }, "my meta" = [4], more = {} }
outputs = ["price", "kind"]
weights = "start.weights.h5"
layers = [
  { name = "c", type = "Conv2D", filters = 4, kernel_size = [3, 1], inputs = "image", trainable = false },
  { type = "Flatten" },
  { name = "d", type = "Dense", units = 3, inputs = "my meta", learning_rate_factor = 0.1, kernel_regularizer = { type = "L2", l2 = 1e-4 } },
  { reuse = "d", inputs = "more" },
  { name = "joined", type = "Concatenate", inputs = ["flatten", "d", "d@2"] },
  { name = "price", type = "Dense", units = 1, kernel_initializer = "he_normal" },
  { name = "kind", type = "Dense", units = 3, activation = "softmax", inputs = "joined" },
]
[train]
epochs = 3
batch_size = 7
shuffle = false
drop_last = true
validation_freq = 2
gradient_accumulation = 4
loss = { price = "mse", kind = { type = "categorical_crossentropy", label_smoothing = "1/8" } }
loss_weights = { price = 0.2 }
metrics = { kind = ["acc", { type = "SparseTopKCategoricalAccuracy", k = 2 }], price = "mae" }
class_weight = { kind = { a = 1, b = 2.5 } }
optimizer = { type = "SGD", learning_rate = { type = "CosineDecay", initial_learning_rate = 0.1, decay_steps = "1 epoch" }, momentum = 0.9 }
[evaluate]
batch_size = 100
[predict]
batch_size = 200
)");
}

TEST_CASE("one differing value makes specs unequal") {
  const std::string recipe = R"(
[data]
type = "digits"
[model]
layers = ["Flatten", { type = "Dense", units = 10, activation = "softmax" }]
[train]
loss = "sparse_categorical_crossentropy"
)";
  const Spec spec = read(recipe);
  CHECK(read(recipe + "epochs = 10\n") == spec);
  for (const char* line :
       {"epochs = 11", "metrics = [\"acc\"]", "class_weight = \"balanced\"", "loss_weights = 2", "optimizer = \"SGD\"",
        "[run]\nthreads = 1", "[predict]\nbatch_size = 1", "[data.test]\nsplit = 0.5"}) {
    INFO(line);
    CHECK_FALSE(read(recipe + line + "\n") == spec);
  }
}

TEST_CASE("the canonical form is plain TOML 1.0 in sections") {
  const std::string canonical = canonical_toml(read(R"(
[data]
type = "digits"
[model]
layers = ["Flatten", { type = "Dense", units = 10, activation = "softmax" }]
[train]
loss = "sparse_categorical_crossentropy"
metrics = ["accuracy"]
)"));
  CHECK(canonical == R"(name = "recipe"
seed = 0

[run]
device = "auto"
precision = "float32"
threads = 0
deterministic = true
tune = false
directory = "runs"
log_every = 0
hints = true

[data]
type = "digits"

[model]
inputs = ["input"]

[[model.layers]]
name = "flatten"
type = "Flatten"
trainable = true
learning_rate_factor = 1.0

[[model.layers]]
name = "dense"
type = "Dense"
units = 10
activation = "softmax"
use_bias = true
kernel_initializer = "GlorotUniform"
trainable = true
learning_rate_factor = 1.0

[train]
epochs = 10
batch_size = 32
shuffle = true
drop_last = false
optimizer = { type = "Adam", learning_rate = 0.001, beta_1 = 0.9 }
gradient_accumulation = 1
validation_freq = 1
loss = { type = "SparseCategoricalCrossentropy", from_logits = false }
loss_weights = 1.0
metrics = [{ type = "Accuracy", name = "accuracy" }]

[evaluate]
batch_size = 0

[predict]
batch_size = 0
)");
}

}  // namespace dltrain::models
