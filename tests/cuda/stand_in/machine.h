// The machine that the stand-in pretends to be, and what it has seen. A test sets it up with a text of settings
// (control.h), a child process with the environment variable DLTRAIN_STAND_IN.
#pragma once

#include <cuda.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace dltrain::stand_in {

using Work = std::function<void()>;

struct Settings {
  int driver = 13000;
  int cublas = 130100;  // versions, as the libraries count them
  int cudnn = 91901;
  // What its heuristics do not find: "fused", "plans", "exact", "deterministic", "heuristics", "attention".
  std::string cudnn_lacks;
  int devices = 1;
  int capability = 90;
  int mode = CU_COMPUTEMODE_DEFAULT;
  size_t memory = size_t{256} << 20;
  bool any_code = false;  // takes machine code of others, which is never run
  bool backwards = false;  // the order of threads and blocks
  std::map<std::string, int> fail;  // function: error
  std::map<std::string, int> fail_from;  // function: first call that fails, counted from 1
};

struct Stream {
  std::deque<Work> queue;  // asked for, not yet done
  bool capturing = false;
  std::vector<Work> captured;
};

struct Allocation {
  size_t bytes = 0;
  std::unique_ptr<std::byte[]> memory;  // with a border behind it
};

class Machine {
 public:
  Machine();
  void configure(const std::string& text);

  // The error that the settings ask for at this call of a function.
  CUresult failure(const char* function);
  // Enqueues, or records while the stream is captured.
  void enqueue(Stream& stream, Work work);
  void finish(Stream& stream);

  CUresult allocate(CUdeviceptr& address, size_t bytes);
  CUresult release(CUdeviceptr address);
  // The range lies within one allocation.
  bool holds(CUdeviceptr address, size_t bytes) const;
  // Something has written behind its allocation.
  bool border_is_broken() const;

  void* allocate_pinned(size_t bytes);
  bool release_pinned(void* memory);
  bool is_pinned(const void* memory) const;

  size_t count(const std::string& what) const;
  void add(const std::string& what) { ++counts_[what]; }

  Settings settings;
  bool started = false;
  size_t events = 0;  // that are there
  bool current = false;  // a context is the thread's

 private:
  std::map<CUdeviceptr, Allocation> allocations_;
  std::map<const std::byte*, std::unique_ptr<std::byte[]>> pinned_;
  std::map<const std::byte*, size_t> pinned_bytes_;
  std::map<std::string, size_t> counts_;  // calls by function, and what tests ask for
  size_t used_ = 0;
  size_t most_used_ = 0;
};

Machine& machine();

}  // namespace dltrain::stand_in
