// How many samples a model is fed with at once: a number, or "auto" (training/batch_choice.h).
#pragma once

#include <cstdint>

#include "core/convert.h"

namespace dltrain::models {

class BatchSize {
 public:
  BatchSize() = default;
  explicit BatchSize(int64_t value) : value_(value) {}
  BatchSize& operator=(int64_t value) {
    value_ = value;
    return *this;
  }
  // 0 where it is "auto" and nobody has chosen yet.
  operator int64_t() const { return value_; }
  bool is_auto() const { return value_ == 0; }

 private:
  int64_t value_ = 32;
};

}  // namespace dltrain::models

namespace dltrain {

// "auto" is a choice of the field, beside numbers.
template <> struct Converter<models::BatchSize> {
  static constexpr FieldType type = FieldType::integer;
  static std::string type_text() { return "integer"; }
  static std::string normalise(const Setting& given, Setting& canonical) {
    if (given.text() == nullptr) return Converter<int64_t>::normalise(given, canonical);
    canonical = given;
    return {};
  }
  static void read(const Setting& canonical, models::BatchSize& value) {
    int64_t number = 0;
    if (canonical.text() == nullptr) Converter<int64_t>::read(canonical, number);
    value = number;
  }
  static Setting print(const models::BatchSize& value) {
    return value.is_auto() ? Setting("auto") : Setting(static_cast<int64_t>(value));
  }
};

}  // namespace dltrain
