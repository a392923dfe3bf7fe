// The bounds of [[expect]]: checked against what a run will have before it begins, followed epoch by epoch, judged at
// its end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "models/program.h"
#include "training/callback.h"
#include "training/verdict.h"

namespace dltrain::training {

// What the end of a run shows.
struct RunFacts {
  Values test;
  double seconds = 0;         // of training
  int64_t memory = 0;         // the most that was held; before a run, what is announced; in bytes
};

class Expectations : public Callback {
 public:
  // Both outlive it; `data` may be null where its values are not known yet: only what needs none of them is judged then. `shortened`: the run is a trial, and what training reaches and takes says nothing. Throws UserError (recipe) with every bound that could not be judged: values that the run will not
  // have, epochs that it does not reach, a majority without classes.
  Expectations(const models::Program& program, const datasets::Dataset* data, bool shortened = false);

  Table state() override;
  void restore(const Table& state) override;
  void on(const Event& event, Wishes& wishes) override;

  // In the order of the recipe; a bound for each of min, max and the others.
  std::vector<Verdict> judge(const RunFacts& facts) const;

 private:
  // One [[expect]] and its metric as far as it is known.
  struct Followed {
    const models::ExpectSpec* spec;
    bool increases = false;
    double majority = 0;  // share of the most frequent class in the part of the metric
    std::optional<double> value;
  };
  static std::optional<double> value_of(const Followed& followed, const RunFacts& facts);
  void judge_metric(const Followed& followed, const RunFacts& facts, std::vector<Verdict>& verdicts) const;
  void judge_cost(const models::ExpectSpec& spec, const RunFacts& facts, int64_t parameters,
                  std::vector<Verdict>& verdicts) const;

  const models::Program& program_;
  bool shortened_;
  std::vector<Followed> followed_;
};

}  // namespace dltrain::training
