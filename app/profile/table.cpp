#include <algorithm>
#include <cstdio>
#include <map>

#include "app/profile/report.h"
#include "app/summary.h"
#include "core/text.h"

namespace dltrain::app {

using training::KernelTime;
using training::Profile;

namespace {

constexpr double small = 0.01;  // of the step

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string milliseconds(double seconds) { return fixed(seconds * 1e3, seconds < 0.01 ? 3 : 1) + " ms"; }

double total(const KernelTime& kernel) { return kernel.seconds * static_cast<double>(kernel.runs); }

struct Group {
  std::string layer;
  double seconds = 0, flops = 0, bytes = 0, bound = 0;
  std::vector<const KernelTime*> kernels;
};

// By layer, the slowest first; kernels of a layer as well.
std::vector<Group> groups_of(const Profile& profile) {
  std::vector<Group> groups;
  std::map<std::string, size_t> numbers;
  for (const KernelTime& kernel : profile.kernels) {
    const auto [known, is_new] = numbers.emplace(kernel.layer, groups.size());
    if (is_new) groups.push_back({.layer = kernel.layer});
    Group& group = groups[known->second];
    const auto runs = static_cast<double>(kernel.runs);
    group.seconds += total(kernel);
    group.flops += kernel.flops * runs;
    group.bytes += kernel.bytes * runs;
    group.bound += kernel.bound(profile.limits) * runs;
    group.kernels.push_back(&kernel);
  }
  const auto slower = [](const auto& a, const auto& b) { return a.seconds > b.seconds; };
  std::stable_sort(groups.begin(), groups.end(), slower);
  for (Group& group : groups)
    std::stable_sort(group.kernels.begin(), group.kernels.end(),
                     [](const KernelTime* a, const KernelTime* b) { return total(*a) > total(*b); });
  return groups;
}

// Time, share of the step, share of the limit, rates. What is faster than memory had its data in a cache.
std::vector<std::string> cells(double seconds, double step, double bound, double flops, double bytes) {
  const double limit = seconds > 0 ? bound / seconds : 0;
  const std::string reached = limit <= 0 ? "" : limit > 1.05 ? "cached" : fixed(100 * limit, 0) + "%";
  return {fixed(seconds * 1e6, 1), fixed(100 * seconds / step, 1), reached, fixed(flops / seconds * 1e-9, 1),
          fixed(bytes / seconds * 1e-9, 1)};
}

std::vector<std::string> row(std::string name, const std::vector<std::string>& numbers, std::string pass,
                             std::string output, std::string implementation) {
  std::vector<std::string> cells = {std::move(name)};
  cells.insert(cells.end(), numbers.begin(), numbers.end());
  cells.insert(cells.end(), {std::move(pass), std::move(output), std::move(implementation)});
  return cells;
}

// Where kernels use the units for bfloat16, what those do at most.
std::string narrow_limit(const Profile& profile) {
  const bool used = std::any_of(profile.kernels.begin(), profile.kernels.end(),
                                [](const training::KernelTime& kernel) { return kernel.narrow; });
  if (!used || profile.limits.narrow_flops <= 0) return "";
  return fixed(profile.limits.narrow_flops * 1e-9, 0) + " of bfloat16, ";
}

std::string header(const Profile& profile) {
  const auto [least, most] = std::minmax_element(profile.steps.begin(), profile.steps.end());
  const double step = profile.step_seconds(), kernels = profile.kernel_seconds();
  std::string text = "step      " + milliseconds(step) + " (median of " + std::to_string(profile.steps.size()) + ", " +
                     milliseconds(*least) + " to " + milliseconds(*most) + "), " +
                     count_text(static_cast<int64_t>(static_cast<double>(profile.samples_per_step) / step)) +
                     " samples/s\n";
  text +=
      "kernels   " + std::to_string(profile.kernels.size()) + " in " + milliseconds(kernels) + " when timed alone\n";
  text += "reading   " + milliseconds(profile.reading_seconds) + " for the batches of a step, beside the training\n";
  text += "start     " + milliseconds(profile.plan_seconds) + " to plan, " + milliseconds(profile.first_seconds) +
          " for the first step\n";
  if (profile.limits.flops > 0)
    text += "limits    " + fixed(profile.limits.flops * 1e-9, 0) + " GFLOP/s in registers, " + narrow_limit(profile) +
            fixed(profile.limits.bandwidth * 1e-9, 1) + " GB/s beyond caches, measured now\n";
  return text;
}

}  // namespace

std::string profile_table(const Profile& profile, bool all) {
  const double step = std::max(profile.kernel_seconds(), 1e-12);
  std::vector<std::vector<std::string>> rows = {
      {"layer / kernel", "us", "%", "of limit", "GFLOP/s", "GB/s", "pass", "output", "implementation"}};
  double rest = 0;
  size_t left_out = 0;
  for (const Group& group : groups_of(profile)) {
    if (!all && group.seconds < small * step) {
      rest += group.seconds;
      left_out += group.kernels.size();
      continue;
    }
    rows.push_back(row(group.layer, cells(group.seconds, step, group.bound, group.flops, group.bytes), "", "", ""));
    for (const KernelTime* kernel : group.kernels) {
      if (!all && total(*kernel) < small * step) continue;
      const auto runs = static_cast<double>(kernel->runs);
      std::string name = "  " + kernel->op + (kernel->runs > 1 ? " x" + std::to_string(kernel->runs) : "");
      rows.push_back(row(
          std::move(name),
          cells(total(*kernel), step, kernel->bound(profile.limits) * runs, kernel->flops * runs, kernel->bytes * runs),
          kernel->pass, kernel->output, kernel->implementation));
    }
  }
  std::string text = header(profile) + "\n" + table_text(rows);
  if (left_out > 0)
    text += "  " + counted(static_cast<int64_t>(left_out), "kernel") +
            " of layers below one percent: " + fixed(rest * 1e6, 1) + " us (--all shows them)\n";
  return text;
}

}  // namespace dltrain::app
