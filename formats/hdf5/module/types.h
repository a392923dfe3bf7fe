// Our dtypes and HDF5's types, as Keras and h5py use them.
#pragma once

#include <optional>

#include "core/dtype.h"
#include "formats/hdf5/module/handle.h"

namespace dltrain::formats::hdf5 {

// The type in a file, which is also that in memory: all little-endian. bfloat16 is two opaque bytes, marked by an
// attribute; booleans are an enumeration of bytes, as h5py writes them.
Handle file_type(DType dtype);
// The dtype of a data set; nothing if Keras writes no such type. `data` is asked for the mark of bfloat16.
std::optional<DType> dtype_of(hid_t data, hid_t type);

// Keras' attribute dtype = "bfloat16".
void write_bfloat_mark(hid_t data);

}  // namespace dltrain::formats::hdf5
