#include "formats/gzip/inflate.h"

#include <algorithm>
#include <limits>
#include <new>

#include <zlib.h>

#include "core/diagnostic.h"

namespace dltrain::formats {

struct Inflater::Stream {
  z_stream z{};
  ~Stream() { ::inflateEnd(&z); }
};

Inflater::Inflater(Wrapper wrapper) : stream_(std::make_unique<Stream>()) {
  constexpr int window = 15;  // the largest that deflate has
  const int bits = wrapper == Wrapper::gzip ? window + 16 : -window;
  const int result = ::inflateInit2(&stream_->z, bits);
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  if (result != Z_OK) throw Bug("zlib cannot start to inflate");
}

Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;

Inflater::State Inflater::run(std::span<const std::byte>& input, std::span<std::byte>& output) {
  constexpr size_t most = std::numeric_limits<uInt>::max();
  z_stream& z = stream_->z;
  const size_t given = std::min(input.size(), most);
  const size_t room = std::min(output.size(), most);
  z.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(input.data()));  // zlib only reads it
  z.avail_in = static_cast<uInt>(given);
  z.next_out = reinterpret_cast<Bytef*>(output.data());
  z.avail_out = static_cast<uInt>(room);
  const int result = ::inflate(&z, Z_NO_FLUSH);
  input = input.subspan(given - z.avail_in);
  output = output.subspan(room - z.avail_out);
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  if (result == Z_STREAM_END) return State::end;
  return result == Z_OK || result == Z_BUF_ERROR ? State::more : State::damaged;
}

void Inflater::restart() { ::inflateReset(&stream_->z); }

std::string Inflater::complaint() const { return stream_->z.msg != nullptr ? stream_->z.msg : "it cannot be inflated"; }

}  // namespace dltrain::formats
