// What training takes of a GPU's memory: foreseen by plans, judged against the GPU's and not the host's, and named with
// the batch that fits.
#include <catch2/catch_test_macros.hpp>

#include "datasets/batch_stream.h"
#include "tests/cuda/stand_in/control.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"
#include "tests/training/experiment.h"
#include "training/batch_choice.h"
#include "training/device.h"
#include "training/experiment.h"

namespace dltrain::test {

namespace {

models::Spec digits(const std::string& device, const std::vector<std::string>& more = {}) {
  std::vector<std::string> changes = {"run.device=\"" + device + "\""};
  changes.insert(changes.end(), more.begin(), more.end());
  return spec_of(source_path("recipes/digits_cnn.toml"), changes);
}

std::unique_ptr<training::Model> prepared(const models::Spec& spec) {
  const auto data = data_of(spec);
  auto model = model_of(spec, *data, spec.run.device);
  model->prepare_run(data->size(datasets::Part::train), 0);
  return model;
}

}  // namespace

TEST_CASE("cuda: training takes what is announced of a GPU's memory") {
  needs_stand_in();
  use_stand_in("");
  const models::Spec spec = digits("cuda");
  const auto model = prepared(spec);
  const training::MemoryUse use = model->memory();
  CHECK(use.apart);
  CHECK(use.total() == use.needed() + use.on_host());
  const auto taken = static_cast<double>(stand_in_count("bytes"));
  CHECK(static_cast<double>(use.needed()) > 0.95 * taken);
  CHECK(static_cast<double>(use.needed()) < 1.05 * taken);
}

TEST_CASE("cuda: a batch that a GPU has no memory for is refused with the one that fits") {
  needs_stand_in();
  GoldenSections golden("cuda/memory.txt");
  const auto refusal = [](const std::string& settings) {
    use_stand_in(settings);
    return message_of([] { prepared(digits("cuda")); });
  };
  golden.add("too little for a batch", refusal("memory=3000000"));
  golden.add("too little for one sample", refusal("memory=400000"));
  golden.add("too little for the weights", refusal("memory=100000"));
  golden.check();
}

TEST_CASE("cuda: batch_size = \"auto\" looks at the GPU's memory") {
  needs_stand_in();
  const auto chosen = [](const std::string& settings, const std::string& device) {
    use_stand_in(settings);
    models::Spec spec = digits(device, {R"(train.batch_size="auto")", "train.effective_batch_size=64"});
    const auto data = data_of(spec);
    const auto backend = training::open_device(spec.run);
    return training::choose_batch(spec, data->signature(), *backend, training::memory_for_choice(*backend))->batch;
  };
  CHECK(chosen("", "cuda") == 64);
  CHECK(chosen("memory=3000000", "cuda") == 32);
  CHECK(chosen("memory=3000000", "cpu") == 64);
}

}  // namespace dltrain::test
