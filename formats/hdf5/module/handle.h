// HDF5's identifiers as values that close themselves, and its errors as exceptions.
#pragma once

#include <string>
#include <utility>

#include <hdf5.h>

namespace dltrain::formats::hdf5 {

// What HDF5 says went wrong, from its innermost function; caught inside the module.
struct Failure {
  std::string what;
};

[[noreturn]] void fail(const std::string& doing);

// Result of an HDF5 call, which is negative on failure.
template <class T> T checked(T result, const char* doing) {
  if (result < 0) fail(doing);
  return result;
}

class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle(hid_t id, Close close, const char* doing) : id_(checked(id, doing)), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Handle& operator=(Handle&&) = delete;

  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  Close close_;
};

// Once for each entry: no messages on stderr, no filters or drivers from plugin files.
void prepare_library();

}  // namespace dltrain::formats::hdf5
