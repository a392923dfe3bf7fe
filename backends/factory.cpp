#include "backends/factory.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "backends/absent/cuda.h"
#include "backends/reference/reference_backend.h"
#include "core/diagnostic.h"
#include "core/module.h"
#include "core/text.h"

namespace dltrain::backends {

namespace {

using Open = Backend*(const BackendOptions*);
using OpenCuda = Backend*(const std::string* device, const BackendOptions*);
using ReportCuda = void(DeviceReport* report);

constexpr auto cuda_module = "cuda";
constexpr auto cuda_purpose = "to compute on a GPU";

// How long a thread of OpenMP waits in a loop before it sleeps is read from the environment when the module is loaded.
// GNU's default is milliseconds, in which a thread that waits keeps the one it waits for from running where other
// processes (or our own reading of data) want the same cores: with one busy neighbour on two cores, a step of a small
// network took 25 to 58 ms with the default, 3 with this, and 1.35 with either where nothing else ran. Whoever has set
// one of the variables, keeps it.
void limit_busy_waiting() {
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) ::setenv("GOMP_SPINCOUNT", "2000", 0);
}

std::unique_ptr<Backend> open_cpu(const BackendOptions& options) {
  limit_busy_waiting();
  auto* const open = module_function<Open>("onednn", "dltrain_open_onednn", "to compute on the processor");
  return std::unique_ptr<Backend>(open(&options));
}

std::unique_ptr<Backend> open_cuda(const std::string& device, const BackendOptions& options) {
  if (!module_exists(cuda_module)) refuse_cuda(device);
  auto* const open = module_function<OpenCuda>(cuda_module, "dltrain_open_cuda", cuda_purpose);
  return std::unique_ptr<Backend>(open(&device, &options));
}

DeviceReport report_cuda() {
  DeviceReport report{"cuda", false, ""};
  if (!module_exists(cuda_module)) {
    report.text = absent_cuda_report();
    return report;
  }
  try {
    auto* const fill = module_function<ReportCuda>(cuda_module, "dltrain_report_cuda", cuda_purpose);
    fill(&report);
  } catch (const UserError& error) {
    report.text = error.diagnostics().front().what;
  }
  return report;
}

// "cuda", or "cuda:" and a number.
bool is_cuda(const std::string& device) {
  if (device == "cuda") return true;
  const bool numbered = device.starts_with("cuda:") && device.size() > 5;
  return numbered && std::all_of(device.begin() + 5, device.end(), [](char c) { return c >= '0' && c <= '9'; });
}

[[noreturn]] void refuse(const std::string& device) {
  const std::array<std::string, 4> names = {"auto", "cpu", "cuda", "reference"};
  std::optional<std::string> meant = nearest(device, names);
  if (device == "gpu" || device.starts_with("cuda")) meant = "cuda";
  throw UserError(ExitCode::device, {{Severity::error,
                                      "unknown-device",
                                      {},
                                      "device",
                                      "there is no device " + quote(device),
                                      meant ? "did you mean " + quote(*meant) + "?" : "",
                                      "\"auto\", \"cpu\", \"cuda\", \"cuda:N\" (card number N), \"reference\"",
                                      ""}});
}

}  // namespace

std::unique_ptr<Backend> open_backend(const std::string& device, const BackendOptions& options) {
  if (device == "auto" || device == "cpu") return open_cpu(options);
  if (device == "reference") return make_reference_backend();
  if (is_cuda(device)) return open_cuda(device, options);
  refuse(device);
}

void require_precision(const DeviceInfo& device, const std::string& precision) {
  std::string has, lacks, instead = "float32";
  bool known = false;
  for (const PrecisionInfo& each : device.precisions) {
    if (each.name == precision && each.missing.empty()) return;
    // The other mixed precision, which needs no scaling of losses, is nearer to what is asked for.
    if (each.missing.empty() && each.name == "mixed_bfloat16" && precision == "mixed_float16") instead = each.name;
    if (each.missing.empty()) has += (has.empty() ? "" : ", ") + quote(each.name);
    if (each.name != precision) continue;
    known = true;
    lacks = each.missing;
  }
  const std::string what = "the device " + quote(device.name) + " does not compute in " + precision;
  throw UserError(ExitCode::device, {{Severity::error,
                                      "no-precision",
                                      {},
                                      "[run]",
                                      what + (known ? ": " + lacks : ""),
                                      "",
                                      has,
                                      "use precision = " + quote(instead)}});
}

namespace {

std::vector<std::string> precisions_of(const DeviceInfo& device) {
  std::vector<std::string> names;
  for (const PrecisionInfo& each : device.precisions) {
    if (each.missing.empty()) names.push_back(each.name);
  }
  return names;
}

}  // namespace

std::vector<DeviceReport> list_devices() {
  std::vector<DeviceReport> reports;
  try {
    const std::unique_ptr<Backend> backend = open_cpu({});
    const DeviceInfo& cpu = backend->device();
    reports.push_back(
        {"cpu", true,
         cpu.description + (cpu.memory_bytes > 0 ? ", " + bytes_text(static_cast<uint64_t>(cpu.memory_bytes)) : ""),
         precisions_of(cpu)});
  } catch (const UserError& error) {
    reports.push_back({"cpu", false, error.diagnostics().front().what});
  }
  reports.push_back(report_cuda());
  const DeviceInfo reference = make_reference_backend()->device();
  reports.push_back(
      {"reference", true, reference.description + ", for tests and crosscheck", precisions_of(reference)});
  return reports;
}

}  // namespace dltrain::backends
