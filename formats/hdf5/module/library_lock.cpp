#include "formats/hdf5/module/library_lock.h"

namespace dltrain::formats::hdf5 {

std::mutex& library_lock() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace dltrain::formats::hdf5
