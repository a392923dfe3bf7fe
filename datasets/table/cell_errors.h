// Bad cells of a table: all are counted, the first ones are shown.
#pragma once

#include <cstdint>
#include <string>

#include "core/diagnostic.h"

namespace dltrain::datasets {

class CellErrors {
 public:
  // `place` is "file:line:column".
  void add(Code code, std::string place, std::string what, std::string help = {});
  // Throws UserError (data) if there are any.
  void throw_if_any(const std::string& path) const;
  bool any() const { return count_ > 0; }

 private:
  Diagnostics shown_;
  int64_t count_ = 0;
};

}  // namespace dltrain::datasets
