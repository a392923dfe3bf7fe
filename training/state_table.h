// Reading back what Table state() functions wrote, through JSON: whole reals come back as integers, NaN as none.
#pragma once

#include <cstdint>
#include <string>

#include "core/setting.h"

namespace dltrain::training {

// Throws Bug for texts, lists, tables.
double number_of(const Setting& value);
// The entry of a table; a Bug if it is missing or of another type.
int64_t count_at(const Table& table, const char* key);
double number_at(const Table& table, const char* key);
bool flag_at(const Table& table, const char* key);
const std::string& text_at(const Table& table, const char* key);

}  // namespace dltrain::training
