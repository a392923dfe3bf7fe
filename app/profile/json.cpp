#include "app/profile/report.h"

namespace dltrain::app {

using training::KernelTime;
using training::Profile;

namespace {

const char* work_text(training::Work work) {
  switch (work) {
    case training::Work::train: return "train";
    case training::Work::evaluate: return "evaluate";
    case training::Work::predict: return "predict";
  }
  return "";
}

Table kernel_table(const KernelTime& kernel, const backends::Limits& limits) {
  Table table;
  table.set("layer", kernel.layer);
  table.set("pass", kernel.pass);
  table.set("op", kernel.op);
  table.set("output", kernel.output);
  table.set("implementation", kernel.implementation);
  table.set("layout", kernel.layout.empty() ? "plain" : kernel.layout);
  table.set("seconds", kernel.seconds);
  table.set("runs", kernel.runs);
  table.set("flops", kernel.flops);
  table.set("bytes", kernel.bytes);
  if (const double bound = kernel.bound(limits); bound > 0) table.set("bound_seconds", bound);
  return table;
}

}  // namespace

Table profile_json(const Profile& profile, const std::string& recipe, const std::string& device) {
  Table table;
  table.set("event", "profile");
  table.set("version", 1);
  table.set("recipe", recipe);
  table.set("device", device);
  table.set("work", work_text(profile.work));
  table.set("batch_size", profile.batch_size);
  table.set("samples_per_step", profile.samples_per_step);
  table.set("step_seconds", profile.step_seconds());
  List steps;
  for (const double seconds : profile.steps) steps.emplace_back(seconds);
  table.set("steps", std::move(steps));
  table.set("kernel_seconds", profile.kernel_seconds());
  table.set("reading_seconds", profile.reading_seconds);
  table.set("plan_seconds", profile.plan_seconds);
  table.set("first_seconds", profile.first_seconds);
  table.set("flops_limit", profile.limits.flops);
  if (profile.limits.narrow_flops > 0) table.set("bfloat16_flops_limit", profile.limits.narrow_flops);
  table.set("bandwidth_limit", profile.limits.bandwidth);
  table.set("memory_bytes", profile.memory.total());
  if (profile.memory.apart) table.set("device_memory_bytes", profile.memory.needed());
  List kernels;
  for (const KernelTime& kernel : profile.kernels) kernels.emplace_back(kernel_table(kernel, profile.limits));
  table.set("kernels", std::move(kernels));
  return table;
}

namespace {

// A complete event; times of the format are in microseconds.
Table slice(const std::string& name, const std::string& category, int64_t track, double start, double seconds) {
  Table table;
  table.set("name", name);
  table.set("cat", category);
  table.set("ph", "X");
  table.set("pid", 1);
  table.set("tid", track);
  table.set("ts", start * 1e6);
  table.set("dur", seconds * 1e6);
  return table;
}

Table name_of_track(int64_t track, const std::string& name) {
  Table arguments;
  arguments.set("name", name);
  Table table;
  table.set("name", "thread_name");
  table.set("ph", "M");
  table.set("pid", 1);
  table.set("tid", track);
  table.set("args", std::move(arguments));
  return table;
}

}  // namespace

Table profile_trace(const Profile& profile, const std::string& recipe) {
  constexpr int64_t layers = 1, kernels = 2;
  List events;
  events.emplace_back(name_of_track(layers, "layers"));
  events.emplace_back(name_of_track(kernels, "kernels"));
  double at = 0;
  double layer_start = 0;
  const KernelTime* before = nullptr;
  const auto close_layer = [&] {
    if (before != nullptr)
      events.emplace_back(slice(before->layer, before->pass, layers, layer_start, at - layer_start));
  };
  for (const KernelTime& kernel : profile.kernels) {
    if (before == nullptr || before->layer != kernel.layer || before->pass != kernel.pass) {
      close_layer();
      layer_start = at;
    }
    const double seconds = kernel.seconds * static_cast<double>(kernel.runs);
    Table event = slice(kernel.op, kernel.pass, kernels, at, seconds);
    event.set("args", kernel_table(kernel, profile.limits));
    events.emplace_back(std::move(event));
    at += seconds;
    before = &kernel;
  }
  close_layer();
  Table about;
  about.set("recipe", recipe);
  Table table;
  table.set("traceEvents", std::move(events));
  table.set("displayTimeUnit", "ns");
  table.set("otherData", std::move(about));
  return table;
}

}  // namespace dltrain::app
