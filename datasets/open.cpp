#include "datasets/open.h"

#include <numeric>

#include "core/checked.h"
#include "core/text.h"
#include "datasets/labels.h"
#include "datasets/missing.h"
#include "datasets/opened_dataset.h"
#include "datasets/split.h"

namespace dltrain::datasets {

namespace {

class Opener {
 public:
  Opener(const SourceRegistry& registry, const DataRequest& request, Diagnostics& warnings,
         const DataContract* contract, const std::atomic<bool>* stop)
      : registry_(registry), request_(request), warnings_(warnings), fixed_(contract), stop_(stop) {}

  std::unique_ptr<Dataset> open() {
    SampleSets main = load(request_.spec.source, fixed_);
    add_notes(main.notes);
    sets_.push_back(std::make_unique<Samples>(std::move(main.train)));
    Samples& train = *sets_.back();
    if (train.count == 0) throw UserError(ExitCode::data, "no-samples", train.name, "holds no samples");
    parts_[0].samples = &train;
    divide_train(train);
    if (fixed_ != nullptr) {
      check_fit(*fixed_, train);
      fill(train, *fixed_);
    } else {
      fit_and_fill(train, rows_of(parts_[0]));
    }
    const DataContract contract = contract_of(train);
    place_part(Part::validation, request_.spec.validation, std::move(main.validation), contract);
    place_part(Part::test, request_.spec.test, std::move(main.test), contract);
    auto dataset = std::make_unique<OpenedDataset>(std::move(sets_), std::move(parts_), std::move(notes_));
    warn_of_missing_classes(*dataset);
    return dataset;
  }

 private:
  SampleSets load(const Component& source, const DataContract* contract) const {
    LoadRequest request{
        request_.recipe_folder, request_.seed, request_.input_names, request_.targets, contract, &warnings_, stop_};
    if (request.targets.empty()) request.targets.push_back({"target", request_.target_kind});
    return registry_.make(source)->load(request);
  }

  void add_notes(const std::vector<std::string>& notes) { notes_.insert(notes_.end(), notes.begin(), notes.end()); }

  static std::vector<int64_t> rows_of(const PartRows& part) {
    if (!part.all) return part.rows;
    std::vector<int64_t> rows(to_size(part.size()));
    std::iota(rows.begin(), rows.end(), int64_t{0});
    return rows;
  }

  void divide_train(const Samples& train) {
    Shares shares;
    if (is_split(request_.spec.validation)) shares.validation = share(train, *request_.spec.validation);
    if (is_split(request_.spec.test)) shares.test = share(train, *request_.spec.test);
    if (!shares.validation && !shares.test) return;
    const bool classes = has_classes(train);
    Division division =
        divide(train.count, classes ? train.targets[0].values.as<int32_t>() : std::span<const int32_t>{}, shares,
               request_.seed);
    if (division.train.empty())
      empty_part(train, "training", request_.spec.validation ? *request_.spec.validation : *request_.spec.test);
    parts_[0].all = false;
    parts_[0].rows = std::move(division.train);
    if (shares.validation)
      take_rows(Part::validation, train, std::move(division.validation), *request_.spec.validation);
    if (shares.test) take_rows(Part::test, train, std::move(division.test), *request_.spec.test);
  }

  static bool is_split(const std::optional<PartSpec>& part) { return part && !part->source; }

  static bool has_classes(const Samples& samples) {
    return !samples.targets.empty() && samples.targets[0].field.classes && samples.targets[0].field.shape.rank() == 0 &&
           !samples.targets[0].input;
  }

  Shares::Share share(const Samples& train, const PartSpec& part) const {
    const bool classes = has_classes(train);
    SplitBy how = part.how;
    if (how == SplitBy::automatic) how = classes ? SplitBy::stratified : SplitBy::random;
    if (how == SplitBy::stratified && !classes) {
      Diagnostic error{Severity::error, "division", part.place, "data",
                       "how = \"stratified\" needs a target with classes"};
      error.help = "use how = \"random\"";
      throw UserError(ExitCode::recipe, {error});
    }
    return {part.split, how, part.seed ? std::optional<uint64_t>(static_cast<uint64_t>(*part.seed)) : std::nullopt};
  }

  void take_rows(Part part, const Samples& train, std::vector<int64_t> rows, const PartSpec& spec) {
    if (rows.empty()) empty_part(train, std::string(part_name(part)), spec);
    parts_[static_cast<size_t>(part)] = {&train, false, std::move(rows)};
  }

  [[noreturn]] static void empty_part(const Samples& train, const std::string& part, const PartSpec& spec) {
    Diagnostic error{Severity::error, "division", spec.place, "data",
                     "the shares leave no samples for the " + part + " part (" + train.name + " has " +
                         count_text(train.count) + ", split = " + number_text(spec.split) + ")"};
    error.help = "choose a split between 1 sample and all but one";
    throw UserError(ExitCode::recipe, {error});
  }

  // A part of its own source, or one that the main source brings along.
  void place_part(Part part, const std::optional<PartSpec>& spec, std::optional<Samples> own,
                  const DataContract& contract) {
    if (is_split(spec)) return;
    std::optional<Samples> samples = std::move(own);
    if (spec) {
      SampleSets sets = load(*spec->source, &contract);
      for (const std::string& note : sets.notes) notes_.push_back(std::string(part_name(part)) + " part: " + note);
      samples = std::move(sets.train);
    }
    if (!samples) return;
    if (samples->count == 0)
      throw UserError(ExitCode::data, "no-samples", samples->name,
                      "holds no samples for the " + std::string(part_name(part)) + " part");
    check_fit(contract, *samples);
    fill(*samples, contract);
    sets_.push_back(std::make_unique<Samples>(std::move(*samples)));
    parts_[static_cast<size_t>(part)].samples = sets_.back().get();
  }

  static void check_fit(const DataContract& contract, const Samples& samples) {
    const auto check = [&](const DataField& is, const DataField& expected, const std::string& what) {
      if (is.shape == expected.shape && is.dtype == expected.dtype) return;
      throw UserError(ExitCode::data, "part-differs", samples.name,
                      what + " \"" + is.name + "\" is " + is.shape.text() + " " + std::string(name(is.dtype)) +
                          " for each sample, but " + expected.shape.text() + " " + std::string(name(expected.dtype)) +
                          " in the training part",
                      "give all parts the same form");
    };
    if (samples.inputs.size() != contract.inputs.size() || samples.targets.size() != contract.targets.size()) {
      throw UserError(ExitCode::data, "part-differs", samples.name,
                      "has other inputs or targets than the training part");
    }
    for (size_t i = 0; i < samples.inputs.size(); ++i)
      check(samples.inputs[i].field, contract.inputs[i].field, "input");
    for (size_t i = 0; i < samples.targets.size(); ++i)
      check(samples.targets[i].field, contract.targets[i].field, "target");
  }

  void warn_of_missing_classes(const OpenedDataset& dataset) const {
    const std::vector<TargetContract>& targets = dataset.contract().targets;
    for (const Part part : {Part::train, Part::validation, Part::test}) {
      for (const ClassCounts& counts : dataset.class_counts(part)) {
        for (const TargetContract& target : targets) {
          if (target.field.name != counts.target) continue;
          const std::string missing = missing_classes(target.field, counts.counts);
          if (missing.empty()) continue;
          warnings_
              .warning("missing-class", {}, "data",
                       "the " + std::string(part_name(part)) + " part has no sample of " + missing)
              .help = part == Part::train
                          ? "the model cannot learn what it never sees: add samples of it, or leave the class out"
                          : "what is measured there says nothing about it: give the part more samples, "
                            "or another seed";
        }
      }
    }
  }

  const SourceRegistry& registry_;
  const DataRequest& request_;
  Diagnostics& warnings_;
  const DataContract* fixed_;
  const std::atomic<bool>* stop_;
  std::vector<std::unique_ptr<Samples>> sets_;
  std::array<PartRows, 3> parts_;
  std::vector<std::string> notes_;
};

}  // namespace

std::unique_ptr<Dataset> open_dataset(const SourceRegistry& registry, const DataRequest& request, Diagnostics& warnings,
                                      const DataContract* contract, const std::atomic<bool>* stop) {
  return Opener(registry, request, warnings, contract, stop).open();
}

}  // namespace dltrain::datasets
