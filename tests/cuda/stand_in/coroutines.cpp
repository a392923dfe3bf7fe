#include "backends/cuda/device/on_host.h"

#include <setjmp.h>
#include <ucontext.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <string>

namespace dltrain::stand_in {

Place place;

namespace {

constexpr size_t stack_bytes = size_t{64} << 10;
constexpr int most_threads = 1024;
constexpr int warp = 32;
constexpr size_t most_bytes = 16;  // of a value that is exchanged

std::map<std::string, KernelEntry>& kernels() {
  static std::map<std::string, KernelEntry> all;
  return all;
}

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "stand-in: %s\n", what);
  std::abort();
}

// Lives on from block to block. Only its first start changes the whole context, which takes a call of the system.
struct Coroutine {
  ucontext_t context;
  jmp_buf place_left;
  std::unique_ptr<char[]> stack;
  bool started = false;
  bool done = false;
  int waits = 0;  // how often it has waited in this block
  char exchanged[most_bytes];
};

// The block that runs.
struct Block {
  std::deque<Coroutine> threads;
  jmp_buf scheduler;
  const KernelEntry* kernel = nullptr;
  const void* parameters = nullptr;
};
Block current;

Coroutine& own() { return current.threads[static_cast<size_t>(place.thread)]; }

void leave() {
  if (_setjmp(own().place_left) == 0) _longjmp(current.scheduler, 1);
}

void start() {
  while (true) {
    current.kernel->function(current.parameters);
    own().done = true;
    leave();
  }
}

void resume(int index) {
  place.thread = index;
  if (_setjmp(current.scheduler) != 0) return;
  Coroutine& thread = own();
  if (thread.started) _longjmp(thread.place_left, 1);
  thread.started = true;
  thread.stack = std::make_unique<char[]>(stack_bytes);
  ::getcontext(&thread.context);
  thread.context.uc_stack.ss_sp = thread.stack.get();
  thread.context.uc_stack.ss_size = stack_bytes;
  thread.context.uc_link = nullptr;
  ::makecontext(&thread.context, start, 0);
  ::setcontext(&thread.context);
}

// All threads up to their next wait; false when all are done.
bool advance(bool backwards) {
  int done = 0;
  const int waits = current.threads[0].waits;
  for (int i = 0; i < place.threads; ++i) resume(backwards ? place.threads - 1 - i : i);
  for (int i = 0; i < place.threads; ++i) {
    const Coroutine& thread = current.threads[static_cast<size_t>(i)];
    done += thread.done ? 1 : 0;
    if (!thread.done && thread.waits != waits + 1) fail("threads of one block wait in different places");
  }
  if (done != 0 && done != place.threads) fail("some threads of a block wait for others that have ended");
  return done == 0;
}

}  // namespace

void synchronize() {
  ++own().waits;
  leave();
}

void exchange(void* value, size_t bytes, int offset) {
  if (bytes > most_bytes) fail("a value is too large to be exchanged");
  const int self = place.thread;
  std::memcpy(current.threads[static_cast<size_t>(self)].exchanged, value, bytes);
  synchronize();
  const int other = self % warp + offset < warp ? self + offset : self;
  std::memcpy(value, current.threads[static_cast<size_t>(other)].exchanged, bytes);
  synchronize();
}

bool add_kernel(const char* name, size_t parameter_bytes, KernelFunction function) {
  return kernels().insert({name, {name, parameter_bytes, function}}).second;
}

const KernelEntry* find_kernel(const char* name) {
  const auto found = kernels().find(name);
  return found == kernels().end() ? nullptr : &found->second;
}

size_t kernel_count() { return kernels().size(); }

void run_kernel(const KernelEntry& kernel, const void* parameters, int64_t blocks, int threads, bool backwards) {
  if (threads <= 0 || threads > most_threads || threads % warp != 0)
    fail("a block has an impossible number of threads");
  current.kernel = &kernel;
  current.parameters = parameters;
  if (current.threads.size() < static_cast<size_t>(threads)) current.threads.resize(static_cast<size_t>(threads));
  for (int64_t b = 0; b < blocks; ++b) {
    place = {0, threads, backwards ? blocks - 1 - b : b, blocks};
    for (Coroutine& thread : current.threads) {
      thread.done = false;
      thread.waits = 0;
    }
    while (advance(backwards)) {}
  }
}

}  // namespace dltrain::stand_in
