// Looks the functions of one library up; remembers the first that is missing.
#pragma once

#include <dlfcn.h>

#include <string>

namespace dltrain::backends::cuda {

class Symbols {
 public:
  explicit Symbols(void* library) : library_(library) {}

  template <class F> void find(F& function, const char* name) {
    function = reinterpret_cast<F>(::dlsym(library_, name));
    if (function == nullptr && missing_.empty()) missing_ = name;
  }
  const std::string& missing() const { return missing_; }

 private:
  void* library_;
  std::string missing_;
};

}  // namespace dltrain::backends::cuda
