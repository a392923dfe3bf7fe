// What differs between CSV files: the character between fields, and the one before the fraction of a number.
#pragma once

namespace dltrain::formats {

struct CsvDialect {
  char separator = ',';
  char decimal = '.';
};

}  // namespace dltrain::formats
