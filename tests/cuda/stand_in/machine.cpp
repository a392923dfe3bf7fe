#include "tests/cuda/stand_in/machine.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sstream>

namespace dltrain::stand_in {

namespace {

constexpr size_t border = 256;
constexpr int poison = 0xFF;  // not-a-number in every float format
constexpr int border_mark = 0xA5;

}  // namespace

Machine& machine() {
  static Machine one;
  return one;
}

Machine::Machine() {
  if (const char* text = std::getenv("DLTRAIN_STAND_IN")) configure(text);
}

// "driver=12040 devices=2 capability=75 mode=3 memory=1000000 backwards=1 fail=cuInit:100 fail=cuLaunchKernel:719@5"
void Machine::configure(const std::string& text) {
  settings = {};
  counts_.clear();
  most_used_ = used_;
  started = false;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::string key = word.substr(0, word.find('='));
    const std::string value = word.substr(word.find('=') + 1);
    if (key == "driver") settings.driver = std::stoi(value);
    if (key == "cublas") settings.cublas = std::stoi(value);
    if (key == "cudnn") settings.cudnn = std::stoi(value);
    if (key == "cudnn_lacks") settings.cudnn_lacks = value;
    if (key == "devices") settings.devices = std::stoi(value);
    if (key == "capability") settings.capability = std::stoi(value);
    if (key == "any_code") settings.any_code = value == "1";
    if (key == "mode") settings.mode = std::stoi(value);
    if (key == "memory") settings.memory = std::stoull(value);
    if (key == "backwards") settings.backwards = value == "1";
    if (key == "fail") {
      const std::string function = value.substr(0, value.find(':'));
      settings.fail[function] = std::stoi(value.substr(value.find(':') + 1));
      const size_t at = value.find('@');
      settings.fail_from[function] = at == std::string::npos ? 1 : std::stoi(value.substr(at + 1));
    }
  }
}

CUresult Machine::failure(const char* function) {
  const size_t call = ++counts_[function];
  const auto found = settings.fail.find(function);
  if (found == settings.fail.end() || call < static_cast<size_t>(settings.fail_from[function])) return CUDA_SUCCESS;
  return static_cast<CUresult>(found->second);
}

void Machine::enqueue(Stream& stream, Work work) {
  if (stream.capturing) stream.captured.push_back(std::move(work));
  else stream.queue.push_back(std::move(work));
}

void Machine::finish(Stream& stream) {
  while (!stream.queue.empty()) {
    const Work work = std::move(stream.queue.front());
    stream.queue.pop_front();
    work();
  }
}

CUresult Machine::allocate(CUdeviceptr& address, size_t bytes) {
  if (bytes == 0) return CUDA_ERROR_INVALID_VALUE;
  if (used_ + bytes > settings.memory) return CUDA_ERROR_OUT_OF_MEMORY;
  Allocation allocation{bytes, nullptr};
  allocation.memory = std::make_unique<std::byte[]>(bytes + 2 * border);
  // Aligned as the driver's, with the border right behind.
  const auto start = (reinterpret_cast<CUdeviceptr>(allocation.memory.get()) + border - 1) / border * border;
  std::memset(reinterpret_cast<void*>(start), poison, bytes);
  std::memset(reinterpret_cast<void*>(start + bytes), border_mark, 64);
  address = start;
  used_ += bytes;
  most_used_ = std::max(most_used_, used_);
  allocations_[start] = std::move(allocation);
  return CUDA_SUCCESS;
}

CUresult Machine::release(CUdeviceptr address) {
  const auto found = allocations_.find(address);
  if (found == allocations_.end()) return CUDA_ERROR_INVALID_VALUE;
  if (border_is_broken()) add("broken borders");
  used_ -= found->second.bytes;
  allocations_.erase(found);
  return CUDA_SUCCESS;
}

bool Machine::holds(CUdeviceptr address, size_t bytes) const {
  auto next = allocations_.upper_bound(address);
  if (next == allocations_.begin()) return false;
  --next;
  return address + bytes <= next->first + next->second.bytes;
}

bool Machine::border_is_broken() const {
  for (const auto& [address, allocation] : allocations_) {
    const auto* behind = reinterpret_cast<const unsigned char*>(address + allocation.bytes);
    if (std::any_of(behind, behind + 64, [](unsigned char c) { return c != border_mark; })) return true;
  }
  return false;
}

void* Machine::allocate_pinned(size_t bytes) {
  auto memory = std::make_unique<std::byte[]>(bytes);
  std::byte* const address = memory.get();
  pinned_[address] = std::move(memory);
  pinned_bytes_[address] = bytes;
  return address;
}

bool Machine::release_pinned(void* memory) {
  pinned_bytes_.erase(static_cast<std::byte*>(memory));
  return pinned_.erase(static_cast<std::byte*>(memory)) == 1;
}

bool Machine::is_pinned(const void* memory) const {
  const auto* address = static_cast<const std::byte*>(memory);
  auto next = pinned_bytes_.upper_bound(address);
  if (next == pinned_bytes_.begin()) return false;
  --next;
  return address < next->first + next->second;
}

size_t Machine::count(const std::string& what) const {
  if (what == "allocations") return allocations_.size();
  if (what == "bytes") return used_;
  if (what == "most bytes") return most_used_;
  if (what == "pinned") return pinned_.size();
  if (what == "events") return events;
  const auto found = counts_.find(what);
  return found == counts_.end() ? 0 : found->second;
}

}  // namespace dltrain::stand_in
