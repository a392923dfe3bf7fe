#include "core/dtype.h"

#include <array>

namespace dltrain {

namespace {

struct Entry {
  DType dtype;
  std::string_view name;
  size_t bytes;
};

constexpr std::array<Entry, 9> table = {{{DType::f64, "float64", 8},
                                         {DType::f32, "float32", 4},
                                         {DType::f16, "float16", 2},
                                         {DType::bf16, "bfloat16", 2},
                                         {DType::i8, "int8", 1},
                                         {DType::u8, "uint8", 1},
                                         {DType::i32, "int32", 4},
                                         {DType::i64, "int64", 8},
                                         {DType::boolean, "bool", 1}}};

}  // namespace

size_t byte_size(DType dtype) { return table[static_cast<size_t>(dtype)].bytes; }

std::string_view name(DType dtype) { return table[static_cast<size_t>(dtype)].name; }

std::optional<DType> dtype_of(std::string_view name) {
  for (const Entry& entry : table) {
    if (entry.name == name) return entry.dtype;
  }
  return std::nullopt;
}

}  // namespace dltrain
