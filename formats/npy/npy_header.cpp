#include "formats/npy/npy_header.h"

#include <cctype>

#include "core/diagnostic.h"
#include "core/text.h"

namespace dltrain::formats {

namespace {

// Reads the little of Python's literals that headers use: a dictionary of texts, True/False and tuples of integers.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& path, ExitCode meaning)
      : text_(text), path_(path), meaning_(meaning) {}

  ArrayLayout parse() {
    ArrayLayout layout;
    bool descr = false, order = false, shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = parse_text();
      expect(':');
      if (key == "descr" && !descr) {
        parse_type(layout);
        descr = true;
      } else if (key == "fortran_order" && !order) {
        layout.column_major = parse_bool();
        order = true;
      } else if (key == "shape" && !shape) {
        layout.shape = parse_shape();
        shape = true;
      } else {
        refuse("its header has the key " + quote(key) + ", which does not belong there");
      }
      if (!accept(',') && !peek('}')) refuse("its header cannot be read");
    }
    if (!descr || !order || !shape) refuse("its header lacks descr, fortran_order or shape");
    skip_blanks();
    if (at_ != text_.size()) refuse("its header cannot be read");
    return layout;
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const std::string& help = {}) const {
    throw UserError(meaning_, "unreadable-file", path_, what, help);
  }

  void skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool peek(char c) {
    skip_blanks();
    return at_ < text_.size() && text_[at_] == c;
  }
  bool accept(char c) {
    if (!peek(c)) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) refuse("its header cannot be read");
  }
  bool accept_word(std::string_view word) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  std::string parse_text() {
    skip_blanks();
    const char mark = at_ < text_.size() ? text_[at_] : '\0';
    if (mark != '\'' && mark != '"') refuse("its header cannot be read");
    const size_t end = text_.find(mark, at_ + 1);
    if (end == std::string_view::npos) refuse("its header cannot be read");
    std::string text(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return text;
  }

  bool parse_bool() {
    if (accept_word("True")) return true;
    if (accept_word("False")) return false;
    refuse("its header cannot be read (fortran_order is neither True nor False)");
  }

  Shape parse_shape() {
    constexpr size_t most_rank = 32;
    std::vector<int64_t> sizes;
    expect('(');
    while (!accept(')')) {
      skip_blanks();
      const size_t end = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
      const auto size = parse_integer(text_.substr(at_, end - at_));
      if (!size) refuse("its header cannot be read (the shape is not a tuple of sizes)");
      if (sizes.size() == most_rank) refuse("its shape has more than 32 axes");
      sizes.push_back(*size);
      at_ = end;
      accept_word("L");  // Python 2 wrote long integers so
      if (!accept(',') && !peek(')')) refuse("its header cannot be read (the shape is not a tuple of sizes)");
    }
    return Shape(std::move(sizes));
  }

  void parse_type(ArrayLayout& layout) {
    if (peek('[')) {
      refuse("holds records with several fields, which are not supported", "save each field as an array of its own");
    }
    const std::string descr = parse_text();
    static constexpr std::pair<std::string_view, ElementType> types[] = {
        {"f2", ElementType::f16}, {"f4", ElementType::f32}, {"f8", ElementType::f64}, {"i1", ElementType::i8},
        {"i2", ElementType::i16}, {"i4", ElementType::i32}, {"i8", ElementType::i64}, {"u1", ElementType::u8},
        {"u2", ElementType::u16}, {"u4", ElementType::u32}, {"u8", ElementType::u64}, {"b1", ElementType::boolean}};
    const char order = descr.empty() ? '\0' : descr[0];
    if (descr.ends_with('O')) {
      refuse("holds Python objects, which would run code when read; they are refused",
             "save it as numbers, e.g. array.astype(\"float32\")");
    }
    if (order == '<' || order == '>' || order == '|' || order == '=') {
      for (const auto& [name, type] : types) {
        if (std::string_view(descr).substr(1) != name) continue;
        layout.type = type;
        layout.big_endian = order == '>';
        return;
      }
    }
    refuse("its elements have the type " + quote(descr) + ", which cannot be read",
           "save it with one of the types f2, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8 or bool");
  }

  std::string_view text_;
  const std::string& path_;
  ExitCode meaning_;
  size_t at_ = 0;
};

std::string_view descr_of(DType dtype) {
  switch (dtype) {
    case DType::f64: return "<f8";
    case DType::f32: return "<f4";
    case DType::f16: return "<f2";
    case DType::i8: return "|i1";
    case DType::u8: return "|u1";
    case DType::i32: return "<i4";
    case DType::i64: return "<i8";
    case DType::boolean: return "|b1";
    case DType::bf16: break;
  }
  throw Bug("NPY has no bfloat16; convert before writing");
}

}  // namespace

ArrayLayout parse_npy_header(std::string_view text, const std::string& path, ExitCode meaning) {
  return HeaderParser(text, path, meaning).parse();
}

std::string npy_header(DType dtype, const Shape& shape, bool rows_room) {
  std::string sizes;
  for (size_t axis = 0; axis < shape.rank(); ++axis) {
    sizes += std::to_string(shape[axis]) + (axis + 1 < shape.rank() || shape.rank() == 1 ? "," : "");
    if (axis + 1 < shape.rank()) sizes += " ";
  }
  std::string text =
      "{'descr': '" + std::string(descr_of(dtype)) + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
  constexpr size_t fixed = 10;       // magic, version, length of version 1.0
  constexpr size_t alignment = 64;   // of the data
  constexpr size_t longest_size = 19;
  size_t reserved = text.size();
  if (rows_room && shape.rank() > 0) reserved += longest_size - std::to_string(shape[0]).size();
  const size_t length = (fixed + reserved + 1 + alignment - 1) / alignment * alignment - fixed;
  if (length > 65535) throw Bug("an NPY header is longer than version 1.0 allows");
  text.resize(length - 1, ' ');
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(length & 0xff);
  header += static_cast<char>(length >> 8);
  return header + text + "\n";
}

}  // namespace dltrain::formats
