// Writes weights files as h5py does with its defaults: superblock 0, old-style groups, contiguous little-endian data
// sets, variable length UTF-8 attributes; without times. The bytes go to their target as they are made.
#include <mutex>
#include <set>

#include "core/diagnostic.h"
#include "formats/hdf5/module/entry.h"
#include "formats/hdf5/module/handle.h"
#include "formats/hdf5/module/library_lock.h"
#include "formats/hdf5/module/target_driver.h"
#include "formats/hdf5/module/types.h"

namespace dltrain::formats::hdf5 {

namespace {

Handle make_file(const TargetDriver& driver) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), &H5Pclose, "create an access list");
  driver.use_for(access);
  checked(H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST), "choose the format");
  return {H5Fcreate("weights", H5F_ACC_TRUNC, H5P_DEFAULT, access), &H5Fclose, "create a file"};
}

void write_name(hid_t group, const std::string& name) {
  const Handle type(H5Tcopy(H5T_C_S1), &H5Tclose, "copy a type");
  checked(H5Tset_size(type, H5T_VARIABLE), "make a text type");
  checked(H5Tset_cset(type, H5T_CSET_UTF8), "make a text type");
  const Handle space(H5Screate(H5S_SCALAR), &H5Sclose, "make a space");
  const Handle attribute(H5Acreate2(group, "name", type, space, H5P_DEFAULT, H5P_DEFAULT), &H5Aclose,
                         "create an attribute");
  const char* text = name.c_str();
  checked(H5Awrite(attribute, type, &text), "write an attribute");
}

void write_array(hid_t group, const std::string& name, const Array& array) {
  std::vector<hsize_t> sizes(array.shape.begin(), array.shape.end());
  const Handle space(
      sizes.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr),
      &H5Sclose, "make a space");
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), &H5Pclose, "create a list");
  checked(H5Pset_obj_track_times(properties, false), "leave out times");
  const Handle type = file_type(array.dtype);
  const Handle data(H5Dcreate2(group, name.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT), &H5Dclose,
                    "create a data set");
  if (array.dtype == DType::bf16) write_bfloat_mark(data);
  if (!array.bytes.empty())
    checked(H5Dwrite(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.bytes.data()), "write a data set");
}

// The group at `path` with all groups above it.
Handle make_group(hid_t file, const std::string& path, std::set<std::string>& made) {
  const Handle properties(H5Pcreate(H5P_GROUP_CREATE), &H5Pclose, "create a list");
  checked(H5Pset_obj_track_times(properties, false), "leave out times");
  for (size_t slash = path.find('/');; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    if (made.insert(part).second) {
      const Handle group(H5Gcreate2(file, part.c_str(), H5P_DEFAULT, properties, H5P_DEFAULT), &H5Gclose,
                         "create a group");
    }
    if (slash == std::string::npos) break;
  }
  return {H5Gopen2(file, path.c_str(), H5P_DEFAULT), &H5Gclose, "open a group"};
}

void write(std::span<const WeightGroup> groups, const TargetDriver& driver) {
  const Handle file = make_file(driver);
  std::set<std::string> made;
  for (const WeightGroup& group : groups) {
    const std::string path = group.path.empty() ? "vars" : group.path + "/vars";
    if (made.contains(path)) throw Bug("two groups of weights have the path " + group.path);
    const Handle vars = make_group(file, path, made);
    if (!group.name.empty()) write_name(vars, group.name);
    for (size_t i = 0; i < group.variables.size(); ++i) write_array(vars, std::to_string(i), group.variables[i]);
    driver.rethrow_failure();
  }
  checked(H5Fflush(file, H5F_SCOPE_GLOBAL), "flush a file");
}

// What the target throws comes before what HDF5 then says.
void write(std::span<const WeightGroup> groups, ByteTarget& target) {
  const TargetDriver driver(target);
  try {
    write(groups, driver);
  } catch (const Failure&) {
    driver.rethrow_failure();
    throw;
  }
  driver.rethrow_failure();
}

}  // namespace

extern "C" void dltrain_hdf5_write_weights(std::span<const WeightGroup> groups, ByteTarget& file) {
  const std::lock_guard lock(library_lock());
  prepare_library();
  try {
    write(groups, file);
  } catch (const Failure& failure) {
    throw Bug("HDF5 cannot " + failure.what);
  }
}

}  // namespace dltrain::formats::hdf5
