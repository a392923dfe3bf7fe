#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "core/sha256.h"
#include "formats/npy/npy.h"
#include "tests/datasets/support.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

using namespace dltrain;
using namespace dltrain::datasets;
using test::open;
using test::read_all;
using test::table;

namespace {

// A folder of images, copied from the fixtures (17 x 13 pixels each).
class ImageFolder {
 public:
  void add(const std::string& fixture, const std::string& as, size_t bytes = SIZE_MAX) {
    std::vector<std::byte> contents = read_file(test::fixture_path("formats/images/" + fixture), ExitCode::data);
    contents.resize(std::min(contents.size(), bytes));
    test::write(folder_, as, contents);
  }
  void write(const std::string& name, std::span<const std::byte> contents) { test::write(folder_, name, contents); }
  const std::string& path() const { return folder_.path(); }
  test::Opened load(std::initializer_list<std::pair<std::string, Setting>> keys) const {
    Table settings = table(keys);
    settings.set("type", "images");
    settings.set("directory", folder_.path());
    return open(settings);
  }

 private:
  test::TemporaryFolder folder_;
};

float pixel(const Array& batch, int64_t i) { return static_cast<float>(element(batch, i)); }

}  // namespace

TEST_CASE("images: folders are classes, pixels 0 to 1, grey if all are") {
  ImageFolder folder;
  folder.add("grey.png", "cat/1.png");
  folder.add("grey.jpg", "cat/2.JPG");
  folder.add("grey.bmp", "dog/deep/1.bmp");
  folder.add("grey.png", "dog/.hidden.png");
  folder.add("grey.png", "dog/readme.txt");
  const auto opened = folder.load({});
  const Dataset& data = *opened.data;
  CHECK(data.signature().inputs[0].shape == Shape{13, 17, 1});
  CHECK(data.signature().targets[0].class_names == std::vector<std::string>{"cat", "dog"});
  CHECK(data.size(Part::train) == 3);
  const Batch batch = read_all(data, Part::train);
  CHECK(pixel(batch.inputs[0], 0) == 40 * (1 / 255.F));
  CHECK(batch.targets[0].as<int32_t>()[2] == 1);
  CHECK(data.contract().inputs[0].preparation.color_mode == "grayscale");
  REQUIRE(data.notes().size() == 2);
  CHECK(data.notes()[0].ends_with(": 1 file without the name of an image left out"));
  CHECK(data.notes()[1].ends_with(": pixels are scaled by 1/255 to 0..1 (scale = 1 keeps 0..255)"));
}

TEST_CASE("images: one colour image makes all of them colour") {
  ImageFolder folder;
  folder.add("grey.png", "a/1.png");
  folder.add("colour.png", "b/1.png");
  const auto opened = folder.load({{"scale", 1}});
  CHECK(opened.data->signature().inputs[0].shape == Shape{13, 17, 3});
  const Batch batch = read_all(*opened.data, Part::train);
  CHECK(pixel(batch.inputs[0], 0) == 40);
  CHECK(pixel(batch.inputs[0], 2) == 40);
  CHECK(pixel(batch.inputs[0], 13 * 17 * 3) == 40);
  CHECK(pixel(batch.inputs[0], 13 * 17 * 3 + 1) == 215);
  const auto grey = folder.load({{"color_mode", "grayscale"}});
  CHECK(grey.data->signature().inputs[0].shape == Shape{13, 17, 1});
}

TEST_CASE("images: given one size, and the same from memory and from files") {
  ImageFolder folder;
  folder.add("colour.png", "a/1.png");
  folder.add("colour.bmp", "a/2.bmp");
  folder.add("palette.png", "b/1.png");
  const auto cached = folder.load({{"image_size", List{20, 30}}, {"scale", 1}});
  const auto streamed = folder.load({{"image_size", List{20, 30}}, {"scale", 1}, {"cache", 0}});
  const Batch batch = read_all(*cached.data, Part::train);
  CHECK(read_all(*streamed.data, Part::train).inputs[0] == batch.inputs[0]);
  const Array expected = formats::read_npy(test::fixture_path("formats/images/bilinear_up.npy"));
  float largest = 0;
  for (int64_t i = 0; i < expected.elements(); ++i)
    largest = std::max(largest, std::abs(pixel(batch.inputs[0], i) - pixel(expected, i)));
  CHECK(largest <= 1);
}

TEST_CASE("images: train, validation and test folders are parts with the same classes") {
  ImageFolder folder;
  folder.add("grey.png", "train/a/1.png");
  folder.add("grey.png", "train/b/1.png");
  folder.add("grey.png", "val/b/1.png");
  folder.add("grey.png", "test/b/1.png");
  folder.add("colour.png", "test/b/2.png");
  const auto opened = folder.load({});
  CHECK(opened.data->size(Part::train) == 2);
  CHECK(opened.data->size(Part::validation) == 1);
  CHECK(opened.data->size(Part::test) == 2);
  CHECK(opened.data->signature().inputs[0].shape == Shape{13, 17, 1});
  CHECK(read_all(*opened.data, Part::test).targets[0].as<int32_t>()[0] == 1);
  CHECK(opened.warnings.list().size() == 2);  // no "a" in validation and test
}

TEST_CASE("images: bad ones are skipped and counted when asked, and never give pixels of others") {
  ImageFolder folder;
  const std::vector<std::string> kinds = {"grey.png", "grey.jpg", "grey.bmp"};
  for (int i = 0; i < 60; ++i) {
    const std::string& kind = kinds[static_cast<size_t>(i) % 3];
    const std::string name = "a/" + std::to_string(100 + i) + kind.substr(4);
    folder.add(kind, name, i % 4 == 3 ? size_t{40} : SIZE_MAX);
  }
  const auto opened = folder.load({{"on_error", "skip"}, {"scale", 1}});
  CHECK(opened.data->size(Part::train) == 45);
  const Batch batch = read_all(*opened.data, Part::train);
  for (int64_t i = 0; i < 45; ++i) CHECK(std::abs(pixel(batch.inputs[0], i * 13 * 17) - 40) <= 2);
  CHECK(opened.data->notes()[0].find("15 of 60 images cannot be used and were left out") != std::string::npos);
  const std::string message = test::message_of([&] { folder.load({}); });
  CHECK(message.find("15 of 60 images cannot be used; the first 10 are shown") != std::string::npos);
}

TEST_CASE("images: files that stay on the disk are opened for their batches only, and told apart by their sizes") {
  ImageFolder folder;
  folder.add("grey.png", "a/1.png");
  folder.add("grey.bmp", "b/1.bmp");
  const auto hash_of = [](const Dataset& data) {
    Sha256 hash;
    data.add_to(hash);
    return hex_text(hash.finish());
  };
  const auto one = folder.load({{"cache", 0}}), two = folder.load({{"cache", 0}});
  const std::string before = hash_of(*one.data);
  std::vector<std::byte> longer = read_file(join_path(folder.path(), "b/1.bmp"), ExitCode::data);
  longer.resize(longer.size() + 7);  // behind the pixels
  folder.write("b/1.bmp", longer);
  CHECK(hash_of(*folder.load({{"cache", 0}}).data) != before);
  remove_file(join_path(folder.path(), "b/1.bmp"));
  CHECK(hash_of(*two.data) == before);  // though one of them cannot be opened any more
  const std::string message = test::message_of([&] { read_all(*two.data, Part::train); });
  CHECK(message.find("b/1.bmp") != std::string::npos);
}

TEST_CASE("images: an autoencoder needs no classes") {
  ImageFolder folder;
  folder.add("grey.png", "1.png");
  folder.add("grey.jpg", "x/2.jpg");
  const auto opened = folder.load({{"target", "input"}});
  const Batch batch = read_all(*opened.data, Part::train);
  CHECK(batch.size == 2);
  CHECK(batch.targets[0] == batch.inputs[0]);
}

TEST_CASE("messages about image folders") {
  test::GoldenSections golden("datasets/images.txt");
  const auto add = [&](const std::string& title, ImageFolder& folder,
                       std::initializer_list<std::pair<std::string, Setting>> keys) {
    golden.add(title, test::message_of([&] { folder.load(keys); }));
    golden.replace(folder.path(), "FOLDER");
  };
  ImageFolder empty;
  add("no classes", empty, {});
  ImageFolder texts;
  texts.add("grey.png", "a/1.txt");
  add("no images", texts, {});
  ImageFolder sizes;
  sizes.add("grey.png", "a/1.png");
  sizes.add("few_rows.png", "a/2.png");
  sizes.add("wide.png", "b/1.png");
  add("bad images", sizes, {});
  ImageFolder different;
  different.add("grey.png", "a/1.png");
  different.add("bomb.png", "b/1.png");
  add("one bad image", different, {});
  ImageFolder two_sizes;
  two_sizes.add("grey.png", "a/1.png");
  two_sizes.add("small.png", "a/2.png");
  add("two sizes", two_sizes, {});
  ImageFolder classes;
  classes.add("grey.png", "cat/1.png");
  classes.add("grey.png", "dgo/1.png");
  add("unknown class", classes, {{"classes", List{"cat", "dog"}}});
  add("colour mode", classes, {{"color_mode", "gray"}});
  ImageFolder parts;
  parts.add("grey.png", "train/cat/1.png");
  parts.add("grey.png", "test/dog/1.png");
  add("class of the test part only", parts, {});
  golden.check();
}
