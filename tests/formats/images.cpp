// Images made by Pillow, resized ones by TensorFlow (tests/fixtures/formats/make_images.py).
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "formats/images/image.h"
#include "formats/npy/npy.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

using namespace dltrain;

namespace {

std::string path_of(const std::string& name) { return test::fixture_path("formats/images/" + name); }
std::vector<std::byte> bytes_of(const std::string& name) { return read_file(path_of(name), ExitCode::data); }
Array decode(const std::string& name, bool grey) { return formats::decode_image(bytes_of(name), name, grey); }

int largest_difference(const Array& a, const Array& b) {
  REQUIRE(a.shape == b.shape);
  int largest = 0;
  for (size_t i = 0; i < a.bytes.size(); ++i) {
    largest = std::max(largest, std::abs(std::to_integer<int>(a.bytes[i]) - std::to_integer<int>(b.bytes[i])));
  }
  return largest;
}

}  // namespace

TEST_CASE("grey images of all kinds give Pillow's pixels") {
  const Array expected = formats::read_npy(path_of("grey.npy"));
  for (const char* name : {"grey.png", "grey_transparent.png", "grey16.png", "grey.bmp"}) {
    INFO(name);
    CHECK(formats::inspect_image(bytes_of(name), name).grey);
    CHECK(largest_difference(decode(name, true), expected) == 0);
  }
  CHECK(largest_difference(decode("grey.jpg", true), expected) <= 2);
  CHECK(largest_difference(decode("bits.bmp", true), formats::read_npy(path_of("bits.npy"))) == 0);
}

TEST_CASE("colour images of all kinds give Pillow's pixels, red first") {
  const Array expected = formats::read_npy(path_of("colour.npy"));
  for (const char* name : {"colour.png", "transparent.png", "colour.bmp"}) {
    INFO(name);
    CHECK_FALSE(formats::inspect_image(bytes_of(name), name).grey);
    CHECK(largest_difference(decode(name, false), expected) == 0);
  }
  for (const char* name : {"colour.jpg", "progressive.jpg", "turned.jpg"}) {
    INFO(name);
    CHECK(largest_difference(decode(name, false), expected) <= 4);
  }
  CHECK(largest_difference(decode("cmyk.jpg", false), expected) <= 12);
  for (const char* name : {"palette.png", "palette.bmp"}) {
    CHECK(largest_difference(decode(name, false), formats::read_npy(path_of("palette.npy"))) == 0);
  }
}

TEST_CASE("grey and colour can be asked of every image") {
  const Array grey = decode("grey.png", false);
  CHECK(grey.shape == Shape{13, 17, 3});
  CHECK(grey.bytes[0] == grey.bytes[2]);
  // 0.299 R + 0.587 G + 0.114 B of (40, 215, 0)
  CHECK(std::abs(element(decode("colour.png", true), 0) - 138.2) < 1.5);
}

TEST_CASE("resizing is TensorFlow's") {
  const Array colour = formats::read_npy(path_of("colour.npy"));
  using formats::Interpolation;
  CHECK(largest_difference(formats::resize_image(colour, 20, 30, Interpolation::bilinear),
                           formats::read_npy(path_of("bilinear_up.npy"))) <= 1);
  CHECK(largest_difference(formats::resize_image(colour, 6, 9, Interpolation::bilinear),
                           formats::read_npy(path_of("bilinear_down.npy"))) <= 1);
  CHECK(largest_difference(formats::resize_image(colour, 20, 30, Interpolation::nearest),
                           formats::read_npy(path_of("nearest_up.npy"))) == 0);
  Array part(DType::u8, Shape{12, 16, 3});
  for (size_t row = 0; row < 12; ++row)
    std::copy_n(colour.bytes.begin() + static_cast<ptrdiff_t>(row * 17 * 3), 16 * 3,
                part.bytes.begin() + static_cast<ptrdiff_t>(row * 16 * 3));
  CHECK(largest_difference(formats::resize_image(part, 4, 4, Interpolation::area),
                           formats::read_npy(path_of("area_down.npy"))) <= 1);
}

TEST_CASE("every image cut at any byte is refused") {
  for (const char* name : {"grey.png", "colour.png", "palette.png", "grey.jpg", "colour.jpg", "progressive.jpg",
                           "restarts.jpg", "cmyk.jpg", "turned.jpg", "grey.bmp", "colour.bmp", "bits.bmp"}) {
    const std::vector<std::byte> whole = bytes_of(name);
    CHECK_NOTHROW(formats::inspect_image(whole, name));
    for (size_t size = 0; size < whole.size(); ++size) {
      INFO(name << " cut at " << size);
      CHECK_THROWS_AS(formats::inspect_image(std::span(whole).first(size), name), UserError);
    }
  }
}

TEST_CASE("JPEG images whose pixels do not decode to the end are refused, not filled with grey") {
  for (const char* name : {"grey.jpg", "colour.jpg", "progressive.jpg", "restarts.jpg", "cmyk.jpg"}) {
    const std::vector<std::byte> whole = bytes_of(name);
    int refused = 0;
    for (size_t begin = whole.size() - 50; begin > whole.size() - 130; begin -= 5) {
      std::vector<std::byte> damaged = whole;
      std::fill_n(damaged.begin() + static_cast<ptrdiff_t>(begin), 40, std::byte{0});
      try {
        formats::inspect_image(damaged, name);
      } catch (const UserError&) {
        ++refused;
      }
    }
    INFO(name);
    CHECK(refused >= 13);  // of 16: zeros are codes too, and a few of them happen to end where they should
  }
}

TEST_CASE("images with a wrong byte are decoded or refused") {
  for (const char* name : {"grey.png", "grey.jpg", "progressive.jpg", "palette.bmp"}) {
    const std::vector<std::byte> whole = bytes_of(name);
    for (size_t at = 0; at < whole.size(); at += 7) {
      std::vector<std::byte> damaged = whole;
      damaged[at] ^= std::byte{0x55};
      size_t rank = 3;
      try {
        rank = formats::decode_image(damaged, name, false, {.pixels = 1'000'000}).shape.rank();
      } catch (const UserError& error) {
        CHECK(error.code() == ExitCode::data);
      }
      CHECK(rank == 3);
    }
  }
}

TEST_CASE("limits of images at -1, 0 and +1") {
  const std::vector<std::byte> image = bytes_of("grey.png");  // 17 x 13
  CHECK_NOTHROW(formats::inspect_image(image, "x", {.pixels = 221, .side = 17}));
  CHECK_THROWS_AS(formats::inspect_image(image, "x", {.pixels = 220}), UserError);
  CHECK_THROWS_AS(formats::inspect_image(image, "x", {.side = 16}), UserError);
  CHECK_THROWS_AS(formats::inspect_image(image, "x", {.file = image.size() - 1}), UserError);
  CHECK_NOTHROW(formats::inspect_image(image, "x", {.file = image.size()}));
  const std::vector<std::byte> progressive = bytes_of("progressive.jpg");
  CHECK_THROWS_AS(formats::inspect_image(progressive, "x", {.jpeg_scans = 2}), UserError);
}

TEST_CASE("names of images") {
  CHECK(formats::has_image_name("a/b.JPG"));
  CHECK(formats::has_image_name("x.jpeg"));
  CHECK_FALSE(formats::has_image_name("x.png.txt"));
  CHECK_FALSE(formats::has_image_name("a.png/readme"));
}

TEST_CASE("messages about images") {
  test::GoldenSections golden("formats/images.txt");
  for (const char* name : {"bomb.png", "wide.png", "few_rows.png", "gif.png"})
    golden.add(name, test::message_of([&] { decode(name, true); }));
  std::vector<std::byte> cut = bytes_of("colour.jpg");
  cut.resize(cut.size() / 2);
  golden.add("cut", test::message_of([&] { formats::decode_image(cut, "photo.jpg", false); }));
  std::vector<std::byte> lost = bytes_of("colour.jpg");
  std::fill_n(lost.end() - 60, 40, std::byte{0});
  golden.add("lost pixels", test::message_of([&] { formats::decode_image(lost, "photo.jpg", false); }));
  std::vector<std::byte> damaged = bytes_of("colour.png");
  damaged[60] ^= std::byte{1};
  golden.add("check sum", test::message_of([&] { formats::decode_image(damaged, "photo.png", false); }));
  golden.add("empty", test::message_of([&] { formats::decode_image({}, "photo.png", false); }));
  golden.check();
}
