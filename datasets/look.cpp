#include "datasets/look.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "datasets/opened_dataset.h"

namespace dltrain::datasets {

namespace {

SampleSets headers_of(const SourceRegistry& registry, const DataRequest& request, const Component& source,
                      Diagnostics& warnings, const DataContract* contract = nullptr) {
  LoadRequest load;
  load.recipe_folder = request.recipe_folder;
  load.seed = request.seed;
  load.input_names = request.input_names;
  load.targets = request.targets;
  if (load.targets.empty()) load.targets.push_back({"target", request.target_kind});
  load.contract = contract;
  load.warnings = &warnings;
  load.headers_only = true;
  return registry.make(source)->load(load);
}

int64_t known(int64_t count) { return std::max<int64_t>(count, 0); }

// Takes a share of `all` samples from those that are left for training.
int64_t take_share(const std::optional<PartSpec>& part, int64_t all, int64_t& left) {
  if (!part || part->source || all == unknown_count) return 0;
  const int64_t share = std::min<int64_t>(left, std::llround(part->split * static_cast<double>(all)));
  left -= share;
  return share;
}

void say_what_is_unknown(DataLook& look, bool counted) {
  if (!counted) look.unknown.emplace_back("how many samples there are");
  for (const DataField& target : look.signature.targets) {
    if (target.dtype == DType::f32 || target.classes) continue;
    const bool several = look.signature.targets.size() > 1;
    look.unknown.push_back("how many classes there are" + (several ? " in " + quote(target.name) : std::string()));
  }
}

}  // namespace

DataLook look_at_data(const SourceRegistry& registry, const DataRequest& request, Diagnostics& warnings) {
  SampleSets sets = headers_of(registry, request, request.spec.source, warnings);
  DataLook look{{}, std::move(sets.notes), {}};
  DataSignature& signature = look.signature;
  for (const InputField& input : sets.train.inputs) signature.inputs.push_back(input.field);
  for (const TargetField& target : sets.train.targets) signature.targets.push_back(target.field);
  signature.has_weights = sets.train.weights.has_value();
  const DataContract contract = contract_of(sets.train);
  const int64_t all = sets.train.count;
  int64_t left = all;
  bool counted = all != unknown_count;
  const auto part = [&](const std::optional<PartSpec>& spec, const std::optional<Samples>& own) -> int64_t {
    if (spec && !spec->source) return take_share(spec, all, left);
    if (!spec) return own ? known(own->count) : 0;
    const int64_t count = headers_of(registry, request, *spec->source, warnings, &contract).train.count;
    counted = counted && count != unknown_count;
    return known(count);
  };
  signature.test_samples = part(request.spec.test, sets.test);
  signature.validation_samples = part(request.spec.validation, sets.validation);
  signature.train_samples = known(left);
  // All or none: who knows the training part only would take the others for missing.
  if (!counted) signature.train_samples = signature.validation_samples = signature.test_samples = 0;
  say_what_is_unknown(look, counted);
  return look;
}

}  // namespace dltrain::datasets
