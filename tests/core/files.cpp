// The file layer: contents, limits, atomic replacement, and messages that name path and cause.
#include "core/files.h"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <functional>

#include "tests/support/files.h"
#include "tests/support/golden.h"

namespace dltrain::test {

namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

ExitCode code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const UserError& error) {
    return error.code();
  }
  return ExitCode::ok;
}

}  // namespace

TEST_CASE("what is written is read") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.txt");
  OutputFile file(path, OutputFile::Mode::truncate);
  file.write("hello ");
  file.write(bytes("world"));
  file.write_at(0, bytes("J"));
  file.sync();
  file.close();
  CHECK(read_text(path, ExitCode::io) == "Jello world");

  OutputFile more(path, OutputFile::Mode::append);
  more.write("!");
  more.close();
  CHECK(read_text(path, ExitCode::io) == "Jello world!");

  InputFile in(path, ExitCode::data);
  CHECK(in.size() == 12);
  std::array<std::byte, 5> buffer{};
  CHECK(in.read_at(6, buffer) == 5);
  CHECK(std::string_view(reinterpret_cast<const char*>(buffer.data()), 5) == "world");
  CHECK(in.read_at(10, buffer) == 2);
  CHECK(in.read(buffer) == 5);
  CHECK(std::string_view(reinterpret_cast<const char*>(buffer.data()), 5) == "Jello");
}

TEST_CASE("an empty file and a large one are read whole") {
  const TemporaryFolder folder;
  CHECK(read_file(write(folder, "empty", ""), ExitCode::io).empty());
  const std::string large(300000, 'x');
  CHECK(read_text(write(folder, "large", large), ExitCode::io) == large);
}

TEST_CASE("a limit is checked, for files without a size too") {
  const TemporaryFolder folder;
  const std::string path = write(folder, "a", "12345");
  CHECK(read_text(path, ExitCode::data, 5) == "12345");
  CHECK(code_of([&] { read_file(path, ExitCode::data, 4); }) == ExitCode::data);
  CHECK(code_of([&] { read_file("/dev/zero", ExitCode::data, 1000000); }) == ExitCode::data);
}

TEST_CASE("a file is replaced as a whole") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.txt");
  write_file_durably(path, "old");
  write_file_durably(path, "new");
  CHECK(read_text(path, ExitCode::io) == "new");
  CHECK(list_directory(folder.path(), ExitCode::io) == std::vector<std::string>{"a.txt"});
}

TEST_CASE("a failed replacement leaves the old file and no other") {
  const TemporaryFolder folder;
  create_directories(folder.file("target"));  // a folder cannot be replaced by a file
  CHECK(code_of([&] { write_file_durably(folder.file("target"), "new"); }) == ExitCode::io);
  CHECK(list_directory(folder.path(), ExitCode::io) == std::vector<std::string>{"target"});
}

TEST_CASE("folders are made, listed and claimed") {
  const TemporaryFolder folder;
  create_directories(folder.file("a/b/c"));
  create_directories(folder.file("a/b/c"));
  CHECK(is_directory(folder.file("a/b/c")));
  CHECK(exists(folder.file("a")));
  CHECK_FALSE(exists(folder.file("x")));
  write(folder, "a/z", "");
  CHECK(list_directory(folder.file("a"), ExitCode::io) == std::vector<std::string>{"b", "z"});
  CHECK(create_directory_exclusively(folder.file("mine")));
  CHECK_FALSE(create_directory_exclusively(folder.file("mine")));
  rename_file(folder.file("mine"), folder.file("yours"));
  CHECK(is_directory(folder.file("yours")));
  remove_file(folder.file("a/z"));
  CHECK_FALSE(exists(folder.file("a/z")));
  CHECK(free_space(folder.path()) > 0);
}

TEST_CASE("paths are taken apart and joined") {
  CHECK(parent_path("a/b") == "a");
  CHECK(parent_path("b").empty());
  CHECK(parent_path("/b") == "/");
  CHECK(join_path("a", "b") == "a/b");
  CHECK(join_path("", "b") == "b");
  CHECK(join_path("a", "/b") == "/b");
  CHECK(file_name("a/b.txt") == "b.txt");
  CHECK(file_name("b.txt") == "b.txt");
}

TEST_CASE("failures name the path and the cause") {
  const TemporaryFolder folder;
  const std::string file = write(folder, "file", "12345");
  GoldenSections golden("core/files.txt");
  golden.add("missing", message_of([&] { read_file(folder.file("missing.csv"), ExitCode::data); }));
  golden.add("a folder instead of a file", message_of([&] { read_file(folder.path(), ExitCode::data); }));
  golden.add("a file instead of a folder", message_of([&] { create_directories(folder.file("file/sub")); }));
  golden.add("a part of the path is a file", message_of([&] { read_file(folder.file("file/sub"), ExitCode::data); }));
  golden.add("too large", message_of([&] { read_file(file, ExitCode::recipe, 4); }));
  golden.add("exists already", message_of([&] { OutputFile(file, OutputFile::Mode::create_new); }));
  const std::string full_disk = message_of([] { OutputFile("/dev/full", OutputFile::Mode::append).write("x"); });
  golden.add("a full disk", full_disk.substr(0, full_disk.find('\n')));  // the help says how much is free
  golden.add("no such folder to list", message_of([&] { list_directory(folder.file("none"), ExitCode::data); }));
  golden.replace(folder.path(), "FOLDER");
  golden.check();
}

TEST_CASE("paths lose what leads nowhere, by their letters") {
  CHECK(normal_path("team/b/../a/x.toml") == "team/a/x.toml");
  CHECK(normal_path("./a//b/./c") == "a/b/c");
  CHECK(normal_path("../../a") == "../../a");
  CHECK(normal_path("/../a/..") == "/");
  CHECK(normal_path("a/../..") == "..");
}

}  // namespace dltrain::test
