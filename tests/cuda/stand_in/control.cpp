#include "tests/cuda/stand_in/control.h"

#include <dlfcn.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <stdexcept>

#include "core/module.h"

namespace dltrain::test {

namespace {

void* open(const char* file) {
  void* const handle = ::dlopen((library_folder() + "/stand_in/" + file).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw std::runtime_error(::dlerror());
  return handle;
}

// The driver's; the others are found by their names from then on.
void* library() {
  static void* const driver = [] {
    void* const first = open("libcuda.so.1");
    open("libcublasLt.so.13");
    open("libcudnn.so.9");
    return first;
  }();
  return driver;
}

}  // namespace

bool on_gpu() { return std::getenv("DLTRAIN_TEST_GPU") != nullptr; }

void needs_stand_in() {
  if (on_gpu()) SKIP("it needs the stand-in for a driver");
}

void use_stand_in(const std::string& settings) {
  if (on_gpu()) return;
  reinterpret_cast<void (*)(const char*)>(::dlsym(library(), "stand_in_configure"))(settings.c_str());
}

size_t stand_in_count(const std::string& what) {
  if (on_gpu()) return 0;
  return reinterpret_cast<size_t (*)(const char*)>(::dlsym(library(), "stand_in_count"))(what.c_str());
}

}  // namespace dltrain::test
