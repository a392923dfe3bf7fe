#include "tests/faults/runs.h"

#include <chrono>
#include <cstdlib>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "core/random.h"
#include "formats/npy/npz.h"
#include "tests/faults/short_data.h"

namespace dltrain::test {

namespace {

constexpr int64_t samples = 72;

// Samples of three classes that can be told apart, but not at once.
void make_data(const std::string& path, const Shape& sample) {
  const RandomStream random(7, stable_hash(file_name(path)));
  Array x(DType::f32, Shape{samples}.concat(sample)), y(DType::i32, Shape{samples});
  const int64_t width = sample.elements();
  for (int64_t i = 0; i < samples; ++i) {
    y.as<int32_t>()[static_cast<size_t>(i)] = static_cast<int32_t>(i % 3);
    for (int64_t j = 0; j < width; ++j) {
      const double shift = j % 3 == i % 3 ? 1 : 0;
      x.as<float>()[static_cast<size_t>(i * width + j)] =
          static_cast<float>(shift + random.normal(0, static_cast<uint64_t>(i * width + j)));
    }
  }
  formats::write_npz(path, std::vector<formats::NamedArray>{{"x", x}, {"y", y}});
}

constexpr const char* mlp_layers = R"(
  { type = "Dense", units = 8, activation = "relu" },
  { type = "Dropout", rate = 0.2 },
)";
constexpr const char* cnn_layers = R"(
  { type = "Conv2D", filters = 4, kernel_size = 3, padding = "same", use_bias = false },
  "BatchNormalization",
  "ReLU",
  { type = "MaxPooling2D", pool_size = 2 },
  "Flatten",
  { type = "Dropout", rate = 0.3 },
)";

const std::string lstm_layers = R"(
  { type = "Reshape", target_shape = [6, 6] },
  { type = "LSTM", units = 4 },
)";
const std::string gru_layers = R"(
  { type = "Reshape", target_shape = [6, 6] },
  { type = "GRU", units = 4 },
)";
const std::string attention_layers = R"(
  { name = "sequence", type = "Reshape", target_shape = [6, 6] },
  { type = "MultiHeadAttention", num_heads = 2, key_dim = 3, inputs = ["sequence", "sequence"] },
  "GlobalAveragePooling1D",
)";

std::string recipe_text(const std::string& data, const std::string& layers, const std::string& optimizer,
                        int accumulation) {
  return "seed = 3\n\n[data]\ntype = \"npz\"\nfile = \"" + data +
         "\"\n\n[data.validation]\nsplit = 0.25\n\n[model]\nlayers = [" + layers +
         "  { type = \"Dense\", units = 3, activation = \"softmax\" },\n]\n\n[train]\nepochs = 4\nbatch_size = 8\n"
         "loss = \"sparse_categorical_crossentropy\"\nmetrics = [\"accuracy\"]\ngradient_accumulation = " +
         std::to_string(accumulation) + "\noptimizer = " + optimizer +
         "\n\n[run]\nlog_every = 1\nthreads = 1\n\n[[callbacks]]\ntype = \"ModelCheckpoint\"\nevery_steps = 2\n"
         "[[callbacks]]\ntype = \"TensorBoard\"\nupdate_freq = \"batch\"\n"
         "[[callbacks]]\ntype = \"CSVLogger\"\nfilename = \"log.csv\"\n";
}

std::vector<RunCase> make_cases() {
  const std::vector<std::pair<std::string, std::string>> optimizers = {
      {"sgd", R"({ type = "SGD", learning_rate = 0.05, momentum = 0.9 })"},
      {"adam",
       R"({ type = "Adam", learning_rate = { type = "CosineDecay", initial_learning_rate = 1e-2, decay_steps = 20 } })"},
      {"adamw", R"({ type = "AdamW", learning_rate = 1e-2, weight_decay = 0.01, use_ema = true })"}};
  std::vector<RunCase> cases;
  for (const auto& [model, layers] : {std::pair{"mlp", mlp_layers}, std::pair{"cnn", cnn_layers}}) {
    for (const auto& [name, optimizer] : optimizers) {
      for (const int accumulation : {1, 4}) {
        cases.push_back({std::string(model) + "-" + name + (accumulation > 1 ? "-accumulated" : ""),
                         recipe_text(std::string(model) + ".npz", layers, optimizer, accumulation),
                         {}});
      }
    }
  }
  for (const auto& [name, layers] : {std::pair{"lstm-adam", lstm_layers}, std::pair{"gru-adam", gru_layers},
                                     std::pair{"attention-adam", attention_layers}})
    cases.push_back({name, recipe_text("cnn.npz", layers, optimizers[1].second, 1), {}});
  return cases;
}

}  // namespace

const std::vector<RunCase>& run_cases() {
  static const std::vector<RunCase> cases = make_cases();
  return cases;
}

const RunCase& run_case(std::string_view name) {
  for (const RunCase& found : run_cases()) {
    if (found.name == name) return found;
  }
  FAIL("there is no case " << std::string(name));
  std::abort();
}

namespace {

// Whether the data is a file of the user's and not what ships with the program.
bool names_a_file(const std::string& recipe) {
  for (const char* key : {"file", "directory", "x", "images"}) {
    if (recipe.find("\n" + std::string(key) + " = ") != std::string::npos) return true;
  }
  return false;
}

}  // namespace

std::vector<RunCase> recipe_cases() {
  std::vector<RunCase> cases;
  for (const std::string& name : list_directory(source_path("recipes"), ExitCode::io)) {
    if (!name.ends_with(".toml")) continue;
    const std::string text = read_text(source_path("recipes/" + name), ExitCode::io);
    if (names_a_file(text) && short_data_folder().empty()) continue;
    std::vector<std::string> words = {"--epochs", "2"};
    for (const char* key : {"samples", "test_samples"}) {
      if (text.find("\n" + std::string(key) + " = ") != std::string::npos)
        words.insert(words.end(), {"--set", "data." + std::string(key) + "=200"});
    }
    cases.push_back({name.substr(0, name.size() - 5), "", std::move(words)});
  }
  for (const std::string& name : list_directory(source_path("recipes/benchmarks"), ExitCode::io)) {
    cases.push_back({"benchmarks/" + name.substr(0, name.size() - 5),
                     "",
                     {"--epochs", "3", "--set", "data.samples=64", "--set", "train.batch_size=16"}});
  }
  return cases;
}

RunPlace::RunPlace(const RunCase& run_case) : case_(run_case) {
  if (case_.recipe.empty()) return;
  make_data(folder_.file("mlp.npz"), Shape{6});
  make_data(folder_.file("cnn.npz"), Shape{6, 6, 1});
  write_file_durably(folder_.file("recipe.toml"), case_.recipe);
}

std::vector<std::string> RunPlace::fit() const {
  const std::string recipe = case_.recipe.empty() ? source_path("recipes/" + case_.name + ".toml") : "recipe.toml";
  std::vector<std::string> words = {program_path(), "fit", recipe, "--run", "run"};
  const std::string& data = short_data_folder();
  if (case_.recipe.empty() && !data.empty()) words.insert(words.begin(), {"env", "DLTRAIN_DATA=" + data});
  words.insert(words.end(), case_.words.begin(), case_.words.end());
  return words;
}

std::vector<std::string> RunPlace::resume() const {
  std::vector<std::string> words = fit();
  words.push_back("--resume");
  return words;
}

Ended RunPlace::go(std::vector<std::string> words, const std::string& faults) const {
  if (!faults.empty()) words = with_faults(faults, path(), std::move(words));
  return Process(words, path()).wait();
}

namespace {

struct Reference {
  Fingerprint fingerprint;
  double seconds = 0;
};

const Reference& reference_of(const RunCase& run_case) {
  static std::map<std::string, Reference> known;
  const auto found = known.find(run_case.name);
  if (found != known.end()) return found->second;
  const RunPlace place(run_case);
  const auto start = std::chrono::steady_clock::now();
  const Ended ended = place.go(place.fit());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  INFO(run_case.name << ": " << ended.err);
  REQUIRE(ended.code == 0);
  return known[run_case.name] = {fingerprint(place.run()), seconds};
}

}  // namespace

const Fingerprint& reference(const RunCase& run_case) { return reference_of(run_case).fingerprint; }

void check_that_it_goes_on(const RunCase& run_case, const RunPlace& place, const std::string& errors) {
  const Ended after = place.go(place.resume());
  INFO(after.err);
  REQUIRE(after.code == 0);
  CHECK(difference(without_lost_logs(reference(run_case), errors),
                   without_lost_logs(fingerprint(place.run()), errors)) == "");
}

double reference_seconds(const RunCase& run_case) { return reference_of(run_case).seconds; }

void tally(const std::string& what, int64_t count) {
  const char* path = std::getenv("DLTRAIN_FAULTS_TALLY");
  if (path == nullptr) return;
  OutputFile file(path, OutputFile::Mode::append);
  file.write(std::to_string(count) + " " + what + "\n");
}

}  // namespace dltrain::test
