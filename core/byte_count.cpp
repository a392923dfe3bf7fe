#include "core/byte_count.h"

#include <array>
#include <cmath>

#include "core/text.h"

namespace dltrain {

namespace {

struct Unit {
  std::string_view name;
  double bytes;
};
constexpr std::array units = {Unit{"B", 1},         Unit{"kB", 1e3},         Unit{"MB", 1e6},
                              Unit{"GB", 1e9},      Unit{"TB", 1e12},        Unit{"KiB", 1024},
                              Unit{"MiB", 1048576}, Unit{"GiB", 1073741824}, Unit{"TiB", 1099511627776}};

}  // namespace

std::optional<int64_t> parse_byte_count(std::string_view text) {
  text = trim(text);
  const size_t end = text.find_first_not_of("0123456789.");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const auto amount = parse_real(text.substr(0, end));
  const std::string_view name = trim(text.substr(end));
  for (const Unit& unit : units) {
    if (unit.name != name || !amount || *amount * unit.bytes > 9e18) continue;
    return std::llround(*amount * unit.bytes);
  }
  return std::nullopt;
}

std::optional<int64_t> byte_count_of(const Setting& setting) {
  if (setting.text() != nullptr) return parse_byte_count(*setting.text());
  if (setting.integer() != nullptr) return *setting.integer();
  return std::nullopt;
}

Grammar byte_count_grammar() {
  std::string names;
  for (const Unit& unit : units) names += (names.empty() ? "" : "|") + std::string(unit.name);
  return {R"(^\s*(\d+\.?\d*|\.\d+)\s*()" + names + R"()\s*$)", "integer"};
}

std::string complaint_about_byte_count(const Setting& setting) {
  const auto bytes = byte_count_of(setting);
  if (!bytes) return "must be an amount with its unit, as \"500 MiB\" or \"2 GB\"";
  return *bytes > 0 ? "" : "must be more than nothing";
}

}  // namespace dltrain
