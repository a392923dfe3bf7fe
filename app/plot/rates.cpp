#include "app/plot/rates.h"

#include <algorithm>

#include "core/text.h"
#include "models/optimizers/optimizer.h"
#include "models/schedules/schedule.h"
#include "training/experiment.h"
#include "training/trainer.h"

namespace dltrain::app {

namespace {

int64_t training_samples(const models::Spec& spec) {
  Diagnostics warnings;
  const int64_t samples = training::look_at_data(spec, warnings).signature.train_samples;
  return samples > 0 ? samples : training::open_data(spec, nullptr, warnings)->signature().train_samples;
}

}  // namespace

RatePlot rates_of(const models::Spec& spec) {
  constexpr int64_t most_points = 2000;
  const int64_t per_epoch = std::max<int64_t>(training::steps_per_epoch(spec, training_samples(spec)), 1);
  const int64_t steps = per_epoch * spec.train.epochs;
  const models::LearningRate rate(models::make_optimizer(spec.train.optimizer)->learning_rate, per_epoch);
  RatePlot plot;
  plot.curve.name = spec.train.optimizer.kind;
  plot.x_title = "steps, " + count_text(per_epoch) + " an epoch";
  const int64_t points = std::min(steps, most_points);
  for (int64_t i = 0; i < points; ++i) {
    const int64_t step = points == 1 ? 0 : i * (steps - 1) / (points - 1);
    plot.curve.points.emplace_back(static_cast<double>(step), rate.at(step));
  }
  for (const Component& callback : spec.callbacks) {
    if (callback.kind == "ReduceLROnPlateau" || callback.kind == "LearningRateScheduler")
      plot.notes.push_back(callback.kind + " may change the learning rate; that is not drawn");
    if (callback.kind == "EarlyStopping" || callback.kind == "Timer")
      plot.notes.push_back(callback.kind + " may end training before its last step");
  }
  return plot;
}

}  // namespace dltrain::app
