// Arithmetic on counts of elements and bytes that cannot overflow unnoticed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace dltrain {

// A count went past 2^63-1. Callers that meet it on input turn it into a UserError that names the input.
class SizeOverflow : public std::overflow_error {
 public:
  SizeOverflow() : std::overflow_error("a size is larger than 2^63-1") {}
};

inline int64_t checked_multiply(int64_t a, int64_t b) {
  int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) throw SizeOverflow();
  return product;
}

inline int64_t checked_add(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) throw SizeOverflow();
  return sum;
}

// A count that is known not to be negative, as size_t.
inline size_t to_size(int64_t count) {
  if (count < 0) throw SizeOverflow();
  return static_cast<size_t>(count);
}

constexpr int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace dltrain
