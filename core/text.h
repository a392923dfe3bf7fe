// Small functions over text that several folders need.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dltrain {

std::string join(std::span<const std::string> parts, std::string_view separator);
std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);  // blanks, tabs, CR, LF
std::string quote(std::string_view text);      // "text" with TOML escapes

// The shortest text that reads back as the same double ("0.001", "1e-07", "nan", "inf").
std::string number_text(double value);
std::string float_text(float value);  // the same for a float32
// A double as TOML float: number_text with ".0" added where it would read as an integer.
std::string real_text(double value);
std::string shape_text(std::span<const int64_t> sizes);  // "[2, 3]"
std::string bytes_text(uint64_t bytes);                  // "1.5 MiB"
std::string count_text(int64_t count);                   // "1,234,567"
std::string counted(int64_t count, std::string_view noun);  // "1 row", "2,345 rows"

// The bytes of the UTF-8 character that the text begins with; 0 if it is not valid UTF-8 (RFC 3629) or the text is
// empty.
size_t utf8_length(std::string_view text);

// The characters (code points) of a UTF-8 text.
size_t utf8_count(std::string_view text);
// The line of a text, counted from 1, without its end; empty if there is none.
std::string_view line_of(std::string_view text, int line);
// At most `bytes` bytes from the front, never a part of a character.
std::string utf8_prefix(std::string_view text, size_t bytes);

// Whole-text conversions that do not depend on the locale; nothing unless all of the text is used.
std::optional<int64_t> parse_integer(std::string_view text);
std::optional<double> parse_real(std::string_view text);

// Keras' snake_case of a class name: "BatchNormalization" -> "batch_normalization", "Conv2D" -> "conv2d".
std::string snake_case(std::string_view class_name);

// The candidate with the least edit distance (Damerau-Levenshtein, case ignored), if it is near enough to be a typo.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace dltrain
