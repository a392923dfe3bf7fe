#include "tests/cuda/stand_in/control.h"

#include <dlfcn.h>

#include <stdexcept>

#include "core/module.h"

namespace dltrain::test {

namespace {

void* library() {
  static void* const handle = ::dlopen((library_folder() + "/stand_in/libcuda.so.1").c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw std::runtime_error(::dlerror());
  return handle;
}

}  // namespace

void use_stand_in(const std::string& settings) {
  reinterpret_cast<void (*)(const char*)>(::dlsym(library(), "stand_in_configure"))(settings.c_str());
}

size_t stand_in_count(const std::string& what) {
  return reinterpret_cast<size_t (*)(const char*)>(::dlsym(library(), "stand_in_count"))(what.c_str());
}

}  // namespace dltrain::test
