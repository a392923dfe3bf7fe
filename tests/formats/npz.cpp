// Archives made by NumPy and Python's zipfile (tests/fixtures/formats/make.py).
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "formats/npy/npz.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

using namespace dltrain;

namespace {

std::string path_of(const std::string& name) { return test::fixture_path("formats/npz/" + name + ".npz"); }

}  // namespace

TEST_CASE("NPZ files of NumPy, stored, deflated, ZIP64, with a comment") {
  for (const char* name : {"stored", "comment", "zip64"}) {
    INFO(name);
    formats::NpzFile file(path_of(name));
    CHECK(file.contains("x"));
    const Array x = file.read("x");
    CHECK(x.shape == Shape{2, 3});
    CHECK(element(x, 5) == 5);
  }
  formats::NpzFile deflated(path_of("deflated"));
  CHECK(deflated.names() == std::vector<std::string>{"x", "y"});
  CHECK(deflated.read("x").shape == Shape{100, 100});
  const Array y = deflated.read("y");
  CHECK(y.dtype == DType::i64);
  CHECK(element(y, 1) == 1);
}

TEST_CASE("what is written is read again, and equal contents give equal bytes") {
  const test::TemporaryFolder folder;
  const std::vector<formats::NamedArray> arrays = formats::read_npz(path_of("stored"));
  formats::write_npz(folder.file("a.npz"), arrays);
  formats::write_npz(folder.file("b.npz"), arrays);
  CHECK(formats::read_npz(folder.file("a.npz")) == arrays);
  CHECK(read_file(folder.file("a.npz"), ExitCode::data) == read_file(folder.file("b.npz"), ExitCode::data));
}

TEST_CASE("an NPZ file cut anywhere or with a wrong byte is refused, or gives what it gave") {
  const test::TemporaryFolder folder;
  for (const char* name : {"stored", "deflated"}) {
    const std::vector<std::byte> whole = read_file(path_of(name), ExitCode::data);
    for (size_t size = 0; size < whole.size(); ++size) {
      const std::string cut = test::write(folder, "cut.npz", std::span(whole).first(size));
      CHECK_THROWS_AS(formats::read_npz(cut), UserError);
    }
    const std::vector<formats::NamedArray> arrays = formats::read_npz(path_of(name));
    for (size_t at = 0; at < whole.size(); ++at) {
      std::vector<std::byte> damaged = whole;
      damaged[at] ^= std::byte{0x41};
      const std::string path = test::write(folder, "damaged.npz", damaged);
      std::vector<formats::NamedArray> got;
      try {
        got = formats::read_npz(path);
      } catch (const UserError& error) {
        CHECK(error.code() == ExitCode::data);
        continue;
      }
      // A wrong byte in the name of a member, or in a field that nobody needs.
      for (const formats::NamedArray& array : got)
        CHECK((array.array == arrays[0].array || array.array == arrays[1].array));
    }
  }
}

TEST_CASE("messages about NPZ files") {
  const test::TemporaryFolder folder;
  test::GoldenSections golden("formats/npz.txt");
  golden.add("no such array", test::message_of([&] { formats::NpzFile(path_of("stored")).read("z"); }));
  golden.add("bzip2", test::message_of([&] { formats::NpzFile file(path_of("bzip2")); }));
  const std::string text = test::write(folder, "x.npz", "1,2,3\n");
  golden.add("a text", test::message_of([&] { formats::NpzFile file(text); }));
  std::string bomb = read_text(path_of("deflated"), ExitCode::data);
  const size_t central = bomb.find("PK\x01\x02");
  bomb.replace(central + 24, 4, "\xff\xff\xff\x7f");
  const std::string bomb_path = test::write(folder, "bomb.npz", bomb);
  golden.add("bomb", test::message_of([&] { formats::NpzFile file(bomb_path); }));
  std::string damaged = read_text(path_of("stored"), ExitCode::data);
  damaged[damaged.find("\x93NUMPY") + 140] ^= 1;
  const std::string damaged_path = test::write(folder, "damaged.npz", damaged);
  golden.add("check sum", test::message_of([&] { formats::read_npz(damaged_path); }));
  golden.replace(test::fixture_path("formats"), "FIXTURES");
  golden.replace(folder.path(), "FOLDER");
  golden.check();
}
