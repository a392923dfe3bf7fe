// Advice on profiles with made-up times: what is said does not depend on the machine.
#include "training/profile_advice.h"

#include <catch2/catch_test_macros.hpp>

using namespace dltrain;
using namespace dltrain::training;

namespace {

KernelTime kernel(const std::string& layer, const std::string& op, double seconds, double bytes = 0) {
  return {.layer = layer, .pass = "forward", .op = op, .seconds = seconds, .bytes = bytes};
}

// Steady steps that take as long as the kernels.
Profile profile_of(std::vector<KernelTime> kernels) {
  Profile profile;
  profile.kernels = std::move(kernels);
  profile.limits = {.flops = 1e11, .bandwidth = 1e10};
  profile.steps.assign(20, profile.kernel_seconds());
  return profile;
}

std::string advice(const Profile& profile, const models::Spec& spec = {}) {
  std::string text;
  for (const std::string& sentence : profile_advice(profile, spec)) text += sentence + "\n";
  return text;
}

}  // namespace

TEST_CASE("the advice names the layer that takes most of the time, and operations where none stands out") {
  CHECK(advice(profile_of({kernel("wide", "matmul", 8e-3), kernel("head", "matmul", 2e-3)})) ==
        "most of the time, 80 % of the step, goes into wide\n");
  std::vector<KernelTime> many;
  for (int i = 0; i < 10; ++i) many.push_back(kernel("dense" + std::to_string(i), i < 6 ? "matmul" : "relu", 1e-3));
  CHECK(advice(profile_of(many)) ==
        "no layer stands out (the slowest, dense0, takes 10 %); by operation: matmul 60 %, relu 40 %\n");
}

TEST_CASE("the advice names kernels that are slower than the machine allows, by operation") {
  const std::string text = advice(profile_of({kernel("a", "matmul", 5e-3), kernel("b", "batch_norm", 4e-3, 1e7),
                                              kernel("c", "batch_norm", 3e-3, 1e7), kernel("d", "relu", 1e-3, 1e7)}));
  CHECK(text.find(
            "over three times slower than this machine allows, 54 % of the step: batch_norm of b and 1 other layer") !=
        std::string::npos);
}

TEST_CASE("the advice tells of data that is read too slowly, small kernels, the optimizer and other programs") {
  Profile slow_data = profile_of({kernel("a", "matmul", 1e-2)});
  slow_data.reading_seconds = 2e-2;
  CHECK(advice(slow_data).find("reading the batches takes 200 % of the time of a step") != std::string::npos);

  CHECK(advice(profile_of({kernel("a", "matmul", 1e-6), kernel("b", "matmul", 1e-6)})).find("kernels of under 4 us") !=
        std::string::npos);

  Profile update = profile_of({kernel("a", "matmul", 1e-3), kernel("optimizer", "adam", 3e-3)});
  update.kernels[1].pass = "update";
  CHECK(advice(update).find("the optimizer takes 75 % of the step") != std::string::npos);
  update.work = Work::evaluate;
  CHECK(advice(update).find("the optimizer") == std::string::npos);

  Profile disturbed = profile_of({kernel("a", "matmul", 1e-2)});
  for (size_t i = 10; i < 20; ++i) disturbed.steps[i] = 5e-2;
  CHECK(advice(disturbed).find("other programs use this machine") != std::string::npos);
}
