// dltrain profile on recipes that need no other data: its numbers fit together, whatever the machine is.
#include <cmath>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "formats/json/json.h"
#include "tests/app/process.h"

namespace dltrain::test {

namespace {

double real(const Setting& value) {
  return value.real() != nullptr ? *value.real() : static_cast<double>(*value.integer());
}

Table profiled(const std::string& folder, std::vector<std::string> words) {
  words.insert(words.begin(), {"--json", "profile"});
  words.insert(words.end(), {"--steps", "5"});
  const Ended ended = dltrain_in(folder, words);
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  return *formats::parse_json(ended.out, "profile", ExitCode::bug).table();
}

}  // namespace

TEST_CASE("profile times every kernel of a step") {
  const TemporaryFolder folder;
  for (const char* work : {"train", "evaluate", "predict"}) {
    for (const char* recipe : {"digits_cnn", "iris"}) {
      INFO(work << " " << recipe);
      const Table profile =
          profiled(folder.path(), {source_path("recipes/" + std::string(recipe) + ".toml"), "--work", work});
      CHECK(profile.at("steps").list()->size() == 5);
      CHECK(real(profile.at("step_seconds")) > 0);
      CHECK(real(profile.at("flops_limit")) > 1e8);
      CHECK(real(profile.at("bandwidth_limit")) > 1e8);
      double seconds = 0;
      bool has_backward = false;
      for (const Setting& setting : *profile.at("kernels").list()) {
        const Table& kernel = *setting.table();
        CHECK(!kernel.at("implementation").text()->empty());
        CHECK(real(kernel.at("seconds")) > 0);
        CHECK(real(kernel.at("bytes")) > 0);
        seconds += real(kernel.at("seconds"));
        has_backward = has_backward || *kernel.at("pass").text() == "backward";
      }
      CHECK(std::abs(seconds - real(profile.at("kernel_seconds"))) <= 1e-9 * seconds);
      CHECK(has_backward == (std::string(work) == "train"));
    }
  }
}

TEST_CASE("profile counts the micro-batches of a step") {
  const TemporaryFolder folder;
  const Table profile = profiled(folder.path(), {source_path("recipes/digits.toml"), "--set",
                                                 "train.gradient_accumulation=3", "--batch-size", "16"});
  CHECK(*profile.at("samples_per_step").integer() == 48);
  bool once = false, thrice = false;
  for (const Setting& setting : *profile.at("kernels").list()) {
    const int64_t runs = *setting.table()->at("runs").integer();
    once = once || runs == 1;
    thrice = thrice || runs == 3;
  }
  CHECK(once);
  CHECK(thrice);
}

TEST_CASE("a trace has a slice for each kernel, one after the other") {
  const TemporaryFolder folder;
  const Ended ended = dltrain_in(folder.path(), {"profile", source_path("recipes/digits.toml"), "--steps", "3",
                                                 "--trace", "trace.json", "--output", "profile.json"});
  REQUIRE(ended.code == 0);
  CHECK(ended.out.find("hidden") != std::string::npos);
  CHECK(ended.out.find("\n- ") != std::string::npos);
  const Setting trace = formats::read_json(folder.file("trace.json"), ExitCode::bug);
  const Setting profile = formats::read_json(folder.file("profile.json"), ExitCode::bug);
  double end = 0;
  size_t kernels = 0;
  for (const Setting& setting : *trace.table()->at("traceEvents").list()) {
    const Table& event = *setting.table();
    if (*event.at("ph").text() != "X" || *event.at("tid").integer() != 2) continue;
    CHECK(std::abs(real(event.at("ts")) - end) < 1e-6);
    end = real(event.at("ts")) + real(event.at("dur"));
    ++kernels;
  }
  CHECK(kernels == profile.table()->at("kernels").list()->size());
}

}  // namespace dltrain::test
