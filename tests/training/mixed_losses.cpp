#include "tests/training/mixed_losses.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "formats/json/json.h"
#include "tests/support/paths.h"
#include "tests/training/experiment.h"
#include "training/trainer.h"

namespace dltrain::test {

namespace {

std::vector<double> numbers(const Table& run, const char* name) {
  std::vector<double> result;
  const Setting* found = run.find(name);
  if (found == nullptr) return result;
  for (const Setting& value : *found->list())
    result.push_back(value.real() != nullptr ? *value.real() : static_cast<double>(*value.integer()));
  return result;
}

// Two programs round at different places: a loss may differ from another's by 2 % of itself, and by as much as mixed
// precision has moved that program from its own float32, three times over.
void check_losses(const std::vector<double>& ours, const std::vector<double>& theirs, const std::vector<double>& wide) {
  REQUIRE(ours.size() == theirs.size());
  double moved = 0;
  for (size_t i = 0; i < theirs.size(); ++i) {
    moved = std::max(moved, std::fabs(theirs[i] - wide[i]));
    INFO("loss of step " << i << ": " << ours[i] << ", theirs " << theirs[i] << ", in float32 " << wide[i]);
    CHECK(std::fabs(ours[i] - theirs[i]) <= 0.02 * std::fabs(theirs[i]) + 3 * moved);
  }
}

}  // namespace

std::vector<Table> mixed_runs(const std::string& precision) {
  const std::string name = precision == "mixed_float16" ? "losses_float16" : "losses";
  const Setting file = formats::read_json(fixture_path("keras/mixed/" + name + ".json"), ExitCode::io);
  std::vector<Table> runs;
  for (const Setting& run : *file.table()->at("cases").list()) runs.push_back(*run.table());
  return runs;
}

void check_mixed_run(const Table& run, const std::string& device, const std::string& precision) {
  const models::Spec spec = spec_of(
      fixture_path("keras/training") + "/" + *run.at("recipe").text(),
      {"train.optimizer=" + run.at("optimizer").toml(), "run.precision=\"" + precision + "\"", "run.log_every=1"});
  const auto data = data_of(spec);
  const auto model = model_of(spec, *data, device);
  const Fitted fitted = fit(*model, *data);
  const std::vector<double> wide = numbers(run, "losses_float32");
  check_losses(fitted.losses, numbers(run, "losses"), wide);
  // It is another arithmetic, not float32 under another name.
  CHECK(fitted.losses != wide);
  if (const std::vector<double> torch = numbers(run, "losses_torch"); !torch.empty())
    check_losses(fitted.losses, torch, wide);
  if (precision != "mixed_float16") return;
  const double* scale = training::find_value(fitted.values, "loss_scale");
  const double* skipped = training::find_value(fitted.values, "skipped_steps");
  REQUIRE((scale != nullptr && skipped != nullptr));
  // Gradients of weights are float16 in Keras, and may overflow where ours, which are float32, do not.
  CHECK(*scale >= *run.at("scale").real());
  CHECK(*skipped <= static_cast<double>(static_cast<int64_t>(fitted.losses.size()) - *run.at("updates").integer()));
}

}  // namespace dltrain::test
