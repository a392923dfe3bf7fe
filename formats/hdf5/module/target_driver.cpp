#include "formats/hdf5/module/target_driver.h"

#include <algorithm>
#include <cstring>

namespace dltrain::formats::hdf5 {

namespace {

// What a list of access properties carries to `open`.
struct Info {
  ByteTarget* target;
  std::exception_ptr* failure;
};

// HDF5 sees its first member only.
struct OpenFile {
  H5FD_t base;
  Info info;
  haddr_t addresses;  // end of what is given out
  haddr_t written;    // end of what was written
};

OpenFile& of(H5FD_t* file) { return *reinterpret_cast<OpenFile*>(file); }
const OpenFile& of(const H5FD_t* file) { return *reinterpret_cast<const OpenFile*>(file); }

// Calls f unless something failed before; the first failure is kept.
template <class F> void attempt(const Info& info, F f) {
  if (*info.failure != nullptr) return;
  try {
    f();
  } catch (...) {
    *info.failure = std::current_exception();
  }
}

H5FD_t* open_file(const char*, unsigned, hid_t access, haddr_t) {
  const auto* const info = static_cast<const Info*>(H5Pget_driver_info(access));
  if (info == nullptr) return nullptr;
  OpenFile* file = nullptr;
  attempt(*info, [&] { file = new OpenFile{{}, *info, 0, 0}; });
  return file == nullptr ? nullptr : &file->base;
}

herr_t close_file(H5FD_t* file) {
  delete &of(file);
  return 0;
}

// As HDF5's own driver for files on disk.
herr_t query(const H5FD_t*, unsigned long* flags) {
  if (flags != nullptr) {
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
             H5FD_FEAT_AGGREGATE_SMALLDATA;
  }
  return 0;
}

haddr_t get_addresses(const H5FD_t* file, H5FD_mem_t) { return of(file).addresses; }
haddr_t get_written(const H5FD_t* file, H5FD_mem_t) { return of(file).written; }

herr_t set_addresses(H5FD_t* file, H5FD_mem_t, haddr_t end) {
  of(file).addresses = end;
  return 0;
}

herr_t read_bytes(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, size_t size, void* buffer) {
  std::memset(buffer, 0, size);
  attempt(of(file).info, [&] { of(file).info.target->read_at(address, {static_cast<std::byte*>(buffer), size}); });
  return 0;
}

herr_t write_bytes(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, size_t size, const void* bytes) {
  attempt(of(file).info,
          [&] { of(file).info.target->write_at(address, {static_cast<const std::byte*>(bytes), size}); });
  of(file).written = std::max<haddr_t>(of(file).written, address + size);
  return 0;
}

// The file reaches to the end of its addresses, written or not.
herr_t extend(H5FD_t* file, hid_t transfer, hbool_t) {
  constexpr char zero = 0;
  if (of(file).written >= of(file).addresses) return 0;
  return write_bytes(file, H5FD_MEM_DEFAULT, transfer, of(file).addresses - 1, 1, &zero);
}

H5FD_class_t driver_class() {
  H5FD_class_t driver{};
  driver.version = H5FD_CLASS_VERSION;
  driver.value = static_cast<H5FD_class_value_t>(300);  // 256 to 511 are for drivers that are not published
  driver.name = "dltrain";
  driver.maxaddr = (haddr_t{1} << 62) - 1;
  driver.fc_degree = H5F_CLOSE_WEAK;
  driver.fapl_size = sizeof(Info);
  driver.open = open_file;
  driver.close = close_file;
  driver.query = query;
  driver.get_eoa = get_addresses;
  driver.set_eoa = set_addresses;
  driver.get_eof = get_written;
  driver.read = read_bytes;
  driver.write = write_bytes;
  driver.truncate = extend;
  constexpr H5FD_mem_t map[] = H5FD_FLMAP_DICHOTOMY;
  std::copy(std::begin(map), std::end(map), driver.fl_map);
  return driver;
}

hid_t register_driver() {
  static const H5FD_class_t driver = driver_class();
  return H5FDregister(&driver);
}

}  // namespace

TargetDriver::TargetDriver(ByteTarget& target)
    : target_(target), driver_(register_driver(), &H5FDunregister, "add a driver") {}

void TargetDriver::use_for(hid_t access) const {
  const Info info{&target_, &failure_};
  checked(H5Pset_driver(access, driver_, &info), "choose a driver");
}

void TargetDriver::rethrow_failure() const {
  if (failure_ != nullptr) std::rethrow_exception(failure_);
}

}  // namespace dltrain::formats::hdf5
