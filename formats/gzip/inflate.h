// Inflating of deflate data (RFC 1951), alone as ZIP holds it or in a gzip wrapper (RFC 1952), a piece at a time:
// memory use does not depend on what the data claims to hold.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace dltrain::formats {

// Deflate cannot shrink data more than this (zlib's technical notes: 1032 to 1), so what is compressed bounds what
// comes out.
constexpr uint64_t most_inflation = 1032;

class Inflater {
 public:
  enum class Wrapper {
    gzip,
    none
  };
  enum class State {
    more,     // wants more input or more room for output
    end,      // the data is complete and its check sum is right
    damaged,  // complaint() says how
  };

  explicit Inflater(Wrapper wrapper);
  ~Inflater();
  Inflater(Inflater&&) noexcept;
  Inflater& operator=(Inflater&&) noexcept;

  // Takes from the front of `input` and fills the front of `output`; both shrink by what was used.
  State run(std::span<const std::byte>& input, std::span<std::byte>& output);
  // Ready for another member behind the first.
  void restart();
  std::string complaint() const;

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace dltrain::formats
