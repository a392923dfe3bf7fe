#include "backends/cuda/gpu.h"

#include <array>
#include <vector>

#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"

namespace dltrain::backends::cuda {

namespace {

constexpr auto use_cpu = "or use device = \"cpu\" under [run]";

[[noreturn]] void refuse(Code code, const std::string& device, const std::string& what, const std::string& help,
                         const std::string& known = {}) {
  throw UserError(ExitCode::device,
                  {{Severity::error, code, {}, "device " + quote(device), what, "", known, help + ", " + use_cpu}});
}

std::string capability_text(int capability) {
  return std::to_string(capability / 10) + "." + std::to_string(capability % 10);
}

int attribute(const Driver& driver, CUdevice device, CUdevice_attribute which) {
  int value = 0;
  return driver.device_attribute(&value, which, device) == CUDA_SUCCESS ? value : 0;
}

GpuFacts facts_of(const Driver& driver, int ordinal, CUdevice device, int api) {
  GpuFacts facts;
  facts.ordinal = ordinal;
  std::array<char, 256> name{};
  driver.device_name(name.data(), static_cast<int>(name.size()), device);
  facts.name = name.data();
  size_t bytes = 0;
  driver.device_memory(&bytes, device);
  facts.memory = static_cast<int64_t>(bytes);
  facts.capability = 10 * attribute(driver, device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR) +
                     attribute(driver, device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  facts.processors = attribute(driver, device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  facts.l2_bytes = attribute(driver, device, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
  facts.clock_khz = attribute(driver, device, CU_DEVICE_ATTRIBUTE_CLOCK_RATE);
  facts.memory_clock_khz = attribute(driver, device, CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE);
  facts.memory_bus_bits = attribute(driver, device, CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH);
  facts.api = api;
  return facts;
}

// What is wrong with the driver or its machine as a whole; empty if nothing is.
struct Complaint {
  Code code = "no-gpu";
  std::string what, help;  // empty: there is nothing to complain about
};

std::string old_driver_text(int api) {
  const std::string release = driver_release();
  const std::string known = release.empty() ? "the NVIDIA driver" : "the NVIDIA driver " + release;
  return known + " is too old: it runs CUDA " + api_version_text(api) + ", and CUDA " + api_version_text(least_api) +
         " is needed";
}

// The answers of cuInit that have a cause of their own.
Complaint complaint_about_start(const Driver& driver, CUresult result) {
  switch (result) {
    case CUDA_SUCCESS: return {};
    case CUDA_ERROR_NO_DEVICE:
      return {"no-gpu", "there is a driver, but no NVIDIA GPU that this process may use",
              "look at `nvidia-smi` and at the variable CUDA_VISIBLE_DEVICES; in a container, pass the GPU in"};
    case CUDA_ERROR_SYSTEM_DRIVER_MISMATCH:
      return {"driver-mismatch", "the NVIDIA driver's library and its kernel module are of different versions",
              "restart the machine after the driver was updated"};
    case CUDA_ERROR_SYSTEM_NOT_READY:
      return {"gpu-not-ready", "the GPUs of this machine are not ready (their fabric is not up)",
              "wait until the service nvidia-fabricmanager runs, and try again"};
    default:
      return {"driver-failed", "the NVIDIA driver does not start (" + driver.text(result) + ")",
              "look at `nvidia-smi` and the system's log"};
  }
}

Complaint complaint_about(const Driver* driver, int& api, int& count) {
  if (driver == nullptr) {
    return {"no-driver", "no NVIDIA driver is installed (libcuda.so.1 is not found)",
            "install driver " + std::to_string(least_driver) + " or newer"};
  }
  // The version can be asked for before anything is started, and says more than the failure of what follows.
  if (driver->version(&api) == CUDA_SUCCESS && api < least_api) {
    return {"old-driver", old_driver_text(api), "install driver " + std::to_string(least_driver) + " or newer"};
  }
  if (Complaint start = complaint_about_start(*driver, driver->init(0)); !start.what.empty()) return start;
  if (driver->device_count(&count) != CUDA_SUCCESS || count == 0)
    return complaint_about_start(*driver, CUDA_ERROR_NO_DEVICE);
  return {};
}

std::string known_gpus(const Driver& driver, int count, int api) {
  std::string known;
  for (int i = 0; i < count; ++i) {
    CUdevice device = 0;
    driver.device_get(&device, i);
    known +=
        (i == 0 ? "" : ", ") + quote("cuda:" + std::to_string(i)) + " (" + facts_of(driver, i, device, api).name + ")";
  }
  return known;
}

// The number in "cuda:N"; 0 for "cuda". The factory has checked the form.
int64_t ordinal_of(const std::string& device) {
  return device.size() > 5 ? parse_integer(device.substr(5)).value_or(INT64_MAX) : 0;
}

std::string too_old_text(const GpuFacts& facts) {
  return facts.name + " has compute capability " + capability_text(facts.capability) + ", and " +
         capability_text(least_capability) + " is needed (RTX 30, A100 and newer)";
}

}  // namespace

std::string GpuFacts::text() const {
  return name + ", compute capability " + capability_text(capability) + ", " + std::to_string(processors) +
         " processors, CUDA " + api_version_text(api);
}

std::string driver_release_in(const std::string& text) {
  // "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 ..."; open modules say it a little longer.
  for (const std::string& word : split(text.substr(0, text.find('\n')), ' ')) {
    const bool is_version = !word.empty() && word.find('.') != std::string::npos &&
                            word.find_first_not_of("0123456789.") == std::string::npos;
    if (is_version) return word;
  }
  return {};
}

std::string driver_release() {
  constexpr auto file = "/proc/driver/nvidia/version";
  return exists(file) ? driver_release_in(read_text(file, ExitCode::device)) : std::string();
}

Gpu::Gpu(std::unique_ptr<Driver> driver, const std::string& device) : driver_(std::move(driver)), device_(device) {
  int api = 0;
  int count = 0;
  const Complaint complaint = complaint_about(driver_.get(), api, count);
  if (!complaint.what.empty()) refuse(complaint.code, device, complaint.what, complaint.help);
  const int64_t ordinal = ordinal_of(device);
  if (ordinal >= count) {
    refuse("unknown-gpu", device, "this machine has no GPU of that number (it has " + counted(count, "GPU") + ")",
           "GPUs are counted from 0", known_gpus(*driver_, count, api));
  }
  check(driver_->device_get(&handle_, static_cast<int>(ordinal)), "to find the GPU");
  facts_ = facts_of(*driver_, static_cast<int>(ordinal), handle_, api);
  device_ = "cuda:" + std::to_string(ordinal);
  if (facts_.capability < least_capability) refuse("old-gpu", device, too_old_text(facts_), "use a newer GPU");
  connect();
}

void Gpu::connect() {
  const int mode = attribute(*driver_, handle_, CU_DEVICE_ATTRIBUTE_COMPUTE_MODE);
  if (mode == CU_COMPUTEMODE_PROHIBITED) {
    refuse("gpu-prohibited", device_, facts_.name + " is set to let no process compute on it",
           "have its compute mode changed by whoever looks after the machine");
  }
  const CUresult result = driver_->context_retain(&context_, handle_);
  if (result == CUDA_ERROR_DEVICE_UNAVAILABLE || result == CUDA_ERROR_INVALID_DEVICE) {
    const bool exclusive = mode == CU_COMPUTEMODE_EXCLUSIVE_PROCESS;
    refuse("gpu-in-use", device_,
           facts_.name + " cannot be had at this moment" +
               (exclusive ? ": it serves one process at a time, and another one has it" : ""),
           "wait for the other process to end, take another GPU");
  }
  check(result, "to connect to the GPU");
  use();
}

Gpu::~Gpu() {
  if (context_ != nullptr) driver_->context_release(handle_);
}

void Gpu::use() const {
  if (!lost_) check(driver_->context_set(context_), "to connect to the GPU");
}

void Gpu::check(CUresult result, const std::string& doing) const {
  if (result == CUDA_SUCCESS) return;
  const bool no_code = result == CUDA_ERROR_NO_BINARY_FOR_GPU || result == CUDA_ERROR_UNSUPPORTED_PTX_VERSION;
  if (no_code) {
    lost_ = true;
    refuse("no-code", device_,
           "dltrain has no code for " + facts_.name + " (compute capability " + capability_text(facts_.capability) +
               ") that its driver can use",
           "install a newer driver");
  }
  const bool ours = result == CUDA_ERROR_ILLEGAL_ADDRESS || result == CUDA_ERROR_MISALIGNED_ADDRESS ||
                    result == CUDA_ERROR_ILLEGAL_INSTRUCTION || result == CUDA_ERROR_INVALID_VALUE ||
                    result == CUDA_ERROR_INVALID_HANDLE;
  const Failure failure = result == CUDA_ERROR_OUT_OF_MEMORY ? Failure::memory : ours ? Failure::ours : Failure::device;
  fail(failure, doing, driver_->text(result));
}

void Gpu::fail(Failure failure, const std::string& doing, const std::string& words) const {
  if (failure == Failure::memory) {
    throw UserError(ExitCode::memory, "memory", "device " + quote(device_),
                    "the GPU has not enough memory " + doing + " (" + facts_.name + " has " +
                        bytes_text(to_size(facts_.memory)) + ")",
                    "use a smaller batch_size or a smaller model, or end other programs on the GPU");
  }
  lost_ = true;
  if (failure == Failure::ours) throw Bug("the GPU refuses " + doing + " (" + words + ")");
  throw UserError(ExitCode::device,
                  {{Severity::error,
                    "gpu-lost",
                    {},
                    "device " + quote(device_),
                    "the GPU failed " + doing + " (" + words + ")",
                    "",
                    "",
                    "checkpoints written before are intact: look at `nvidia-smi` and the system's log, then go on "
                    "with `dltrain resume`"}});
}

std::string report_gpus(std::unique_ptr<Driver> driver, bool& usable) {
  usable = false;
  int api = 0;
  int count = 0;
  const Complaint complaint = complaint_about(driver.get(), api, count);
  if (!complaint.what.empty()) return complaint.what + "; " + complaint.help;
  std::string report;
  for (int i = 0; i < count; ++i) {
    CUdevice device = 0;
    driver->device_get(&device, i);
    const GpuFacts facts = facts_of(*driver, i, device, api);
    usable = usable || facts.capability >= least_capability;
    report += (i == 0 ? "" : "; ") + ("cuda:" + std::to_string(i) + " ") +
              (facts.capability < least_capability ? too_old_text(facts)
                                                   : facts.text() + ", " + bytes_text(to_size(facts.memory)));
  }
  return report;
}

}  // namespace dltrain::backends::cuda
