#include "tests/training/hints/run.h"

#include <set>

#include "tests/support/paths.h"

namespace dltrain::test {

HintedRun::HintedRun(models::Spec spec, const std::string& folder)
    : spec_(std::move(spec)), data_(data_of(spec_)), model_(model_of(spec_, *data_, "cpu")), folder_(folder) {
  observer_ = std::make_unique<training::Observer>(*model_, *data_);
  std::vector<std::string> names;
  for (const auto& [name, value] : model_->results(models::SumSet::train)) names.push_back(name);
  const int64_t steps = training::steps_per_epoch(spec_, data_->size(datasets::Part::train));
  callbacks_ = std::make_unique<training::CallbackList>(training::CallbackContext{
      spec_, folder_, "", training::value_names(names, data_->size(datasets::Part::validation) > 0), steps,
      observer_.get()});
  callbacks_->add(listener_);
  trainer_ = std::make_unique<training::Trainer>(*model_, *data_, *callbacks_);
}

void HintedRun::restore(training::Snapshot snapshot) { trainer_->restore(std::move(snapshot), "test"); }

void HintedRun::train(std::optional<int64_t> last_step) {
  if (last_step) trainer_->stop_after(*last_step);
  callbacks_->open();
  callbacks_->emit(training::RunStarted{folder_, spec_.train.epochs, 0, spec_.train.batch_size,
                                        data_->size(datasets::Part::train), data_->size(datasets::Part::validation), 0,
                                        trainer_->position().step});
  trainer_->fit();
}

std::vector<training::Hint> hints_of(const models::Spec& spec) {
  const TemporaryFolder folder;
  HintedRun run(spec, folder.path());
  run.train();
  return run.hints();
}

std::vector<std::string> codes_of(const std::vector<training::Hint>& hints) {
  std::set<std::string> codes;
  for (const training::Hint& hint : hints) codes.insert(hint.code);
  return {codes.begin(), codes.end()};
}

}  // namespace dltrain::test
