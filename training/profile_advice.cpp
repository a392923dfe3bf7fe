#include "training/profile_advice.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <thread>

#include "core/text.h"

namespace dltrain::training {

namespace {

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f %%", 100 * share);
  return text;
}

double total(const KernelTime& kernel) { return kernel.seconds * static_cast<double>(kernel.runs); }

// Seconds of the kernels that a test chooses.
template <class F> double seconds_of(const Profile& profile, const F& chosen) {
  double sum = 0;
  for (const KernelTime& kernel : profile.kernels) sum += chosen(kernel) ? total(kernel) : 0;
  return sum;
}

std::string about_reading(const Profile& profile) {
  if (profile.reading_seconds < 0.8 * profile.step_seconds()) return {};
  return "reading the batches takes " + percent(profile.reading_seconds / profile.step_seconds()) +
         " of the time of a step: training waits for the data; smaller images, or the same data as NPY or IDX, are read "
         "faster";
}

// Kernels so short that calling them costs as much as what they do.
std::string about_small_kernels(const Profile& profile) {
  constexpr double few_microseconds = 4e-6;
  const double share =
      seconds_of(profile, [&](const KernelTime& k) { return k.seconds < few_microseconds; }) / profile.kernel_seconds();
  if (share < 0.3) return {};
  return "kernels of under 4 us take " + percent(share) +
         " of the step: it is too small to keep the machine busy; a larger batch_size costs little more time";
}

std::string about_update(const Profile& profile) {
  const double share =
      seconds_of(profile, [](const KernelTime& k) { return k.pass == "update"; }) / profile.kernel_seconds();
  if (profile.work != Work::train || share < 0.3) return {};
  return "the optimizer takes " + percent(share) +
         " of the step: there are many weights for so few samples; a larger batch_size updates them less often";
}

std::string about_threads(const models::Spec& spec) {
  const int64_t processors = std::thread::hardware_concurrency();
  if (spec.run.threads == 0 || spec.run.threads >= processors) return {};
  return "the recipe uses " + counted(spec.run.threads, "thread") + " of " + std::to_string(processors) +
         ": [run] threads = 0 uses all";
}

std::string about_other_programs(const Profile& profile) {
  std::vector<double> steps = profile.steps;
  std::sort(steps.begin(), steps.end());
  if (steps.size() < 10 || steps[steps.size() * 9 / 10] < 2 * steps.front()) return {};
  return "steps take from " + percent(1) + " to " + percent(steps[steps.size() * 9 / 10] / steps.front()) +
         " of the fastest: other programs use this machine, so these times are only a rough guide";
}

// Seconds of the step by name, the largest first.
using Shares = std::vector<std::pair<std::string, double>>;

template <class F> Shares shares_of(const Profile& profile, const F& name) {
  std::map<std::string, double> sums;
  for (const KernelTime& kernel : profile.kernels) sums[name(kernel)] += total(kernel);
  Shares shares(sums.begin(), sums.end());
  std::stable_sort(shares.begin(), shares.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return shares;
}

// "conv2d of stem and 12 other layers", an op for each; kernels of equal ops stand together.
std::string about_slow_kernels(const Profile& profile) {
  std::map<std::string, std::vector<const KernelTime*>> slow;
  for (const KernelTime& kernel : profile.kernels) {
    const double bound = kernel.bound(profile.limits);
    if (bound > 0 && kernel.seconds >= 3 * bound) slow[kernel.op].push_back(&kernel);
  }
  std::string names;
  double share = 0;
  for (const auto& [op, kernels] : slow) {
    double seconds = 0;
    std::set<std::string> layers;
    for (const KernelTime* kernel : kernels) {
      seconds += total(*kernel);
      layers.insert(kernel->layer);
    }
    if (seconds < 0.05 * profile.kernel_seconds()) continue;
    const auto slowest = std::max_element(
        kernels.begin(), kernels.end(), [](const KernelTime* a, const KernelTime* b) { return total(*a) < total(*b); });
    names += (names.empty() ? "" : ", ") + op + " of " + (*slowest)->layer;
    if (layers.size() > 1) names += " and " + counted(static_cast<int64_t>(layers.size()) - 1, "other layer");
    share += seconds / profile.kernel_seconds();
  }
  if (names.empty()) return {};
  return "over three times slower than this machine allows, " + percent(share) + " of the step: " + names;
}

// Always true, so that there is always an answer. Where no layer stands out, operations do.
std::string about_largest(const Profile& profile) {
  constexpr double stands_out = 0.3;
  const Shares layers = shares_of(profile, [](const KernelTime& kernel) { return kernel.layer; });
  if (layers.empty()) return "there is nothing to do in a step";
  const auto text = [&](const auto& part) { return percent(part.second / profile.kernel_seconds()); };
  if (layers.front().second >= stands_out * profile.kernel_seconds())
    return "most of the time, " + text(layers.front()) + " of the step, goes into " + layers.front().first;
  std::string names;
  const Shares ops = shares_of(profile, [](const KernelTime& kernel) { return kernel.op; });
  for (size_t i = 0; i < std::min<size_t>(ops.size(), 3); ++i)
    names += (i == 0 ? "" : ", ") + ops[i].first + " " + text(ops[i]);
  return "no layer stands out (the slowest, " + layers.front().first + ", takes " + text(layers.front()) +
         "); by operation: " + names;
}

}  // namespace

std::vector<std::string> profile_advice(const Profile& profile, const models::Spec& spec) {
  std::vector<std::string> advice;
  for (std::string text :
       {about_other_programs(profile), about_largest(profile), about_reading(profile), about_small_kernels(profile),
        about_update(profile), about_slow_kernels(profile), about_threads(spec)}) {
    if (!text.empty()) advice.push_back(std::move(text));
  }
  return advice;
}

}  // namespace dltrain::training
