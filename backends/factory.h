// Opens a device by name. Backends that need a large library are modules, loaded here when first asked for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backends/backend.h"

namespace dltrain::backends {

struct BackendOptions {
  int threads = 0;  // 0: what the process may use
  bool deterministic = true;  // equal runs give equal bits, also where another way would be faster
  bool tensorfloat32 = false;  // products of float32 may round what they read to 10 bits behind the point
};

// Throws UserError (device) if the device does not compute in the precision: what it lacks, and what it has.
void require_precision(const DeviceInfo& device, const std::string& precision);

// device: "auto", "cpu", "cuda", "cuda:N", "reference" (plain loops, for tests and crosscheck).
// Throws UserError (device) that says what the name offers instead, or what is missing.
std::unique_ptr<Backend> open_backend(const std::string& device, const BackendOptions& options);

// What this machine offers and why something is not used, for `dltrain devices`.
struct DeviceReport {
  std::string device;
  bool available = false;
  std::string text;
  std::vector<std::string> precisions = {};  // that it computes in
};
std::vector<DeviceReport> list_devices();

}  // namespace dltrain::backends
