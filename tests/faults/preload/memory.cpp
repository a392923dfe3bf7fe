// The fault kit's allocations: C++'s operator new and what hands out aligned memory, and those of C apart from them,
// since libraries in C (OpenMP's, for one) end the process when theirs fail.
#include <dlfcn.h>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <new>

#include "tests/faults/preload/kit.h"

extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
}

namespace dltrain::faults {

namespace {

// Whether an address is in the program, its library or its modules.
bool is_ours(void* caller) {
  Dl_info info;
  if (::dladdr(caller, &info) == 0 || info.dli_fname == nullptr) return false;
  const char* slash = std::strrchr(info.dli_fname, '/');
  return std::strstr(slash != nullptr ? slash : info.dli_fname, "dltrain") != nullptr;
}

// Code of libraries that the loader starts runs with our instances of templates, and nobody catches what it throws.
thread_local int loading = 0;

bool fails(Act act, size_t size, void* caller) {
  Kit& all = kit();
  if (loading > 0 || !all.begun || !all.rules.about_memory || size < all.rules.floor || !is_ours(caller)) return false;
  __atomic_add_fetch(act == Act::allocation ? &all.counters->allocations : &all.counters->mallocs, 1, __ATOMIC_RELAXED);
  bool failed = false;
  for (int i = 0; i < all.rules.count; ++i) {
    Rule& rule = all.rules.list[i];
    if (rule.act != act) continue;
    const uint64_t seen = __atomic_add_fetch(&rule.seen, 1, __ATOMIC_RELAXED);
    failed = failed || (rule.sticky ? seen >= rule.nth : seen == rule.nth);
  }
  if (failed) __atomic_add_fetch(&all.counters->fired, 1, __ATOMIC_RELAXED);
  return failed;
}

void* new_or_null(size_t size, void* caller) {
  return fails(Act::allocation, size, caller) ? nullptr : __libc_malloc(size > 0 ? size : 1);
}

void* new_or_null(size_t size, std::align_val_t alignment, void* caller) {
  return fails(Act::allocation, size, caller) ? nullptr
                                              : __libc_memalign(static_cast<size_t>(alignment), size > 0 ? size : 1);
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

}  // namespace dltrain::faults

namespace faults = dltrain::faults;

void* operator new(size_t size) { return faults::or_throw(faults::new_or_null(size, __builtin_return_address(0))); }
void* operator new[](size_t size) { return faults::or_throw(faults::new_or_null(size, __builtin_return_address(0))); }
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return faults::new_or_null(size, __builtin_return_address(0));
}
void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return faults::new_or_null(size, __builtin_return_address(0));
}
void* operator new(size_t size, std::align_val_t alignment) {
  return faults::or_throw(faults::new_or_null(size, alignment, __builtin_return_address(0)));
}
void* operator new[](size_t size, std::align_val_t alignment) {
  return faults::or_throw(faults::new_or_null(size, alignment, __builtin_return_address(0)));
}
void* operator new(size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return faults::new_or_null(size, alignment, __builtin_return_address(0));
}
void* operator new[](size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return faults::new_or_null(size, alignment, __builtin_return_address(0));
}

extern "C" {

void* dlopen(const char* path, int flags) {
  static const auto real = reinterpret_cast<void* (*)(const char*, int)>(::dlsym(RTLD_NEXT, "dlopen"));
  ++faults::loading;
  void* library = real(path, flags);
  --faults::loading;
  return library;
}

void* malloc(size_t size) {
  if (!faults::fails(faults::Act::c_allocation, size, __builtin_return_address(0))) return __libc_malloc(size);
  errno = ENOMEM;
  return nullptr;
}

void* calloc(size_t count, size_t size) {
  if (!faults::fails(faults::Act::c_allocation, count * size, __builtin_return_address(0)))
    return __libc_calloc(count, size);
  errno = ENOMEM;
  return nullptr;
}

void* realloc(void* memory, size_t size) {
  if (!faults::fails(faults::Act::c_allocation, size, __builtin_return_address(0))) return __libc_realloc(memory, size);
  errno = ENOMEM;
  return nullptr;
}

void* aligned_alloc(size_t alignment, size_t size) {
  if (!faults::fails(faults::Act::allocation, size, __builtin_return_address(0)))
    return __libc_memalign(alignment, size);
  errno = ENOMEM;
  return nullptr;
}

int posix_memalign(void** memory, size_t alignment, size_t size) {
  if (faults::fails(faults::Act::allocation, size, __builtin_return_address(0))) return ENOMEM;
  *memory = __libc_memalign(alignment, size);
  return *memory != nullptr ? 0 : ENOMEM;
}

}  // extern "C"
