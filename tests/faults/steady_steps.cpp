// What training takes, it takes with its first steps: a thousand more allocate nothing.
#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "tests/faults/faulty.h"

namespace dltrain::test {

namespace {

constexpr int64_t batch = 4;

struct Network {
  const char* name;
  const char* data;    // beside `samples`
  const char* layers;
  const char* train;   // beside what all have
};

constexpr Network networks[] = {
    {"dense layers with dropout and Adam", "shape = 20\nclasses = 3",
     R"("BatchNormalization", { type = "Dense", units = 16, activation = "relu" }, { type = "Dropout", rate = 0.2 },
        { type = "Dense", units = 3, kernel_regularizer = { type = "L2", l2 = 1e-3 } })",
     "optimizer = \"adam\"\nmetrics = [\"accuracy\"]"},
    {"convolutions with a schedule, clipping and averages", "shape = [8, 8, 3]\nclasses = 3",
     R"({ type = "Conv2D", filters = 8, kernel_size = 3, padding = "same" }, "BatchNormalization", "ReLU",
        { type = "DepthwiseConv2D", kernel_size = 3 }, "MaxPooling2D", "Flatten", { type = "Dense", units = 3 })",
     "optimizer = { type = \"SGD\", learning_rate = { type = \"CosineDecay\", initial_learning_rate = 0.01, decay_steps = "
     "500 }, momentum = 0.9, global_clipnorm = 1.0, use_ema = true }"},
    {"attention", "task = \"next_token\"\nshape = 12\nvocabulary = 9",
     R"({ name = "tokens", type = "Embedding", input_dim = 9, output_dim = 8 },
        { name = "places", type = "PositionEmbedding", sequence_length = 12 },
        { name = "both", type = "Add", inputs = ["tokens", "places"] }, "LayerNormalization",
        { type = "MultiHeadAttention", num_heads = 2, key_dim = 4, use_causal_mask = true, dropout = 0.1 },
        { type = "Dense", units = 9, activation = "gelu" })",
     "optimizer = \"adamw\""},
    {"recurrence with accumulated gradients", "task = \"next_token\"\nshape = 12\nvocabulary = 9",
     R"({ type = "Embedding", input_dim = 9, output_dim = 8 }, { type = "LSTM", units = 8, return_sequences = true },
        { type = "GRU", units = 8, return_sequences = true }, { type = "Dense", units = 9 })",
     "optimizer = \"rmsprop\"\ngradient_accumulation = 2"},
};

std::string recipe_of(const Network& network, int64_t steps) {
  return "seed = 1\n[data]\ntype = \"synthetic\"\n" + std::string(network.data) +
         "\nsamples = " + std::to_string(steps * batch) + "\n[model]\nlayers = [\n" + network.layers +
         ",\n]\n[train]\nepochs = 1\nbatch_size = " + std::to_string(batch) +
         "\nloss = { type = \"SparseCategoricalCrossentropy\", from_logits = true }\n" + network.train +
         "\n[run]\nlog_every = 1000000\nhints = false\n";
}

// Allocations of the program's own code in a whole run.
uint64_t allocations_of(const Network& network, int64_t steps) {
  const TemporaryFolder folder;
  write_file_durably(folder.file("recipe.toml"), recipe_of(network, steps));
  const std::vector<std::string> words = {program_path(), "--quiet", "fit", "recipe.toml", "--run", "run"};
  const Ended ended = Process(with_faults("count=" + folder.file("count"), folder.path(), words), folder.path()).wait();
  INFO(network.name << ": " << ended.err);
  REQUIRE(ended.code == 0);
  const faults::Counters counters = read_counters(folder.file("count"));
  REQUIRE(counters.allocations > 0);
  return counters.allocations + counters.mallocs;
}

}  // namespace

TEST_CASE("a thousand more steps allocate nothing") {
  // Texts about the run, in which numbers have more digits, and threads that meet at other moments.
  constexpr uint64_t written = 50;
  for (const Network& network : networks) {
    INFO(network.name);
    const uint64_t few = allocations_of(network, 100), many = allocations_of(network, 1100);
    CAPTURE(few, many);
    CHECK(many <= few + written);
  }
}

}  // namespace dltrain::test
