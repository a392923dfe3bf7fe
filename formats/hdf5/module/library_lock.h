// Debian's HDF5 is not safe for several threads: one at a time is inside.
#pragma once

#include <mutex>

namespace dltrain::formats::hdf5 {

std::mutex& library_lock();

}  // namespace dltrain::formats::hdf5
