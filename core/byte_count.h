// Amounts of memory as people write them: "500 MiB", "1.5 GB", or a number of bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/schema.h"
#include "core/setting.h"

namespace dltrain {

// B, kB, MB, GB, TB are powers of 1000; KiB, MiB, GiB, TiB are powers of 1024.
std::optional<int64_t> parse_byte_count(std::string_view text);
// A number, or a text.
std::optional<int64_t> byte_count_of(const Setting& setting);
// What is wrong with a setting; empty if it is an amount above nothing.
std::string complaint_about_byte_count(const Setting& setting);
// What it lets pass.
Grammar byte_count_grammar();

}  // namespace dltrain
