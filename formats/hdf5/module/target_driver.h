// HDF5 files that are written through a ByteTarget as they are made, so that no copy of them is kept in memory.
#pragma once

#include <exception>

#include "formats/hdf5/module/entry.h"
#include "formats/hdf5/module/handle.h"

namespace dltrain::formats::hdf5 {

class TargetDriver {
 public:
  // The target outlives the driver.
  explicit TargetDriver(ByteTarget& target);

  // Makes `access` write through the target. Files are closed before the driver ends.
  void use_for(hid_t access) const;
  // Throws what the target has thrown first. HDF5 itself knows nothing of it: it would keep the file open.
  void rethrow_failure() const;

 private:
  ByteTarget& target_;
  mutable std::exception_ptr failure_;
  Handle driver_;
};

}  // namespace dltrain::formats::hdf5
