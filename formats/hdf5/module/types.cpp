#include "formats/hdf5/module/types.h"

#include "core/diagnostic.h"

namespace dltrain::formats::hdf5 {

namespace {

constexpr const char* mark_name = "dtype";

Handle boolean_type() {
  Handle type(H5Tenum_create(H5T_STD_I8LE), &H5Tclose, "make a boolean type");
  for (const auto& [name, value] : {std::pair<const char*, int8_t>{"FALSE", 0}, {"TRUE", 1}}) {
    checked(H5Tenum_insert(type, name, &value), "make a boolean type");
  }
  return type;
}

Handle opaque_type() {
  Handle type(H5Tcreate(H5T_OPAQUE, 2), &H5Tclose, "make an opaque type");
  checked(H5Tset_tag(type, ""), "make an opaque type");
  return type;
}

Handle copy_of(hid_t type) { return {H5Tcopy(type), &H5Tclose, "copy a type"}; }

// IEEE 754 binary16, as h5py defines it.
Handle half_type() {
  Handle type = copy_of(H5T_IEEE_F32LE);
  checked(H5Tset_fields(type, 15, 10, 5, 0, 10), "make a half precision type");
  checked(H5Tset_size(type, 2), "make a half precision type");
  checked(H5Tset_ebias(type, 15), "make a half precision type");
  return type;
}

}  // namespace

Handle file_type(DType dtype) {
  switch (dtype) {
    case DType::f64: return copy_of(H5T_IEEE_F64LE);
    case DType::f32: return copy_of(H5T_IEEE_F32LE);
    case DType::f16: return half_type();
    case DType::bf16: return opaque_type();
    case DType::i8: return copy_of(H5T_STD_I8LE);
    case DType::u8: return copy_of(H5T_STD_U8LE);
    case DType::i32: return copy_of(H5T_STD_I32LE);
    case DType::i64: return copy_of(H5T_STD_I64LE);
    case DType::boolean: return boolean_type();
  }
  throw Bug("a weight has no dtype");
}

std::optional<DType> dtype_of(hid_t data, hid_t type) {
  const size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      if (size == 8) return DType::f64;
      if (size == 4) return DType::f32;
      if (size == 2) return DType::f16;
      return std::nullopt;
    case H5T_INTEGER: {
      const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
      if (size == 8) return DType::i64;  // counters; HDF5 clips unsigned ones that do not fit
      if (size == 4) return is_signed ? DType::i32 : DType::i64;
      if (size == 2) return DType::i32;
      if (size == 1) return is_signed ? DType::i8 : DType::u8;
      return std::nullopt;
    }
    case H5T_OPAQUE:
      if (size == 2 && H5Aexists(data, mark_name) > 0) return DType::bf16;
      return std::nullopt;
    case H5T_ENUM:
      if (size == 1) return DType::boolean;
      return std::nullopt;
    default: return std::nullopt;
  }
}

void write_bfloat_mark(hid_t data) {
  Handle type = copy_of(H5T_C_S1);
  checked(H5Tset_size(type, H5T_VARIABLE), "make a text type");
  checked(H5Tset_cset(type, H5T_CSET_UTF8), "make a text type");
  const Handle space(H5Screate(H5S_SCALAR), &H5Sclose, "make a space");
  const Handle attribute(H5Acreate2(data, mark_name, type, space, H5P_DEFAULT, H5P_DEFAULT), &H5Aclose,
                         "create an attribute");
  const char* text = "bfloat16";
  checked(H5Awrite(attribute, type, &text), "write an attribute");
}

}  // namespace dltrain::formats::hdf5
