// No text crashes the reader of recipes or keeps it busy: those that once did (tests/fuzz/corpus), texts at the limits, and
// texts that are changed at random. tests/fuzz does the last for hours.
#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "core/files.h"
#include "core/text.h"
#include "tests/support/hostile_recipe.h"
#include "tests/support/paths.h"
#include "tests/support/sanitizer.h"

namespace dltrain::test {

namespace {

std::vector<std::string> recipes_in(const std::vector<std::string>& folders) {
  std::vector<std::string> texts;
  for (const std::string& folder : folders) {
    for (const std::string& name : list_directory(source_path(folder), ExitCode::io)) {
      if (name.ends_with(".toml")) texts.push_back(read_text(source_path(folder + "/" + name), ExitCode::io));
    }
  }
  return texts;
}

struct Answer {
  std::string said;
  double seconds = 0;
};

Answer answer(const std::string& text) {
  const auto start = std::chrono::steady_clock::now();
  std::string said = read_hostile(text);
  return {std::move(said), std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()};
}

std::string repeated(const std::string& piece, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += piece;
  return text;
}

std::string with_layers(const std::string& layers, const std::string& more = "") {
  return "[data]\ntype = \"digits\"\n" + more + "[model]\nlayers = [\"Flatten\",\n" + layers +
         "{ type = \"Dense\", units = 10, activation = \"softmax\" }]\n[train]\nloss = "
         "\"sparse_categorical_crossentropy\"\n";
}

constexpr size_t mebibyte = 1024 * 1024;
constexpr double at_most = 10;  // seconds, on a machine that does other things; alone it takes a tenth

}  // namespace

TEST_CASE("texts that once did harm are answered") {
  for (const std::string& text : recipes_in({"tests/fuzz/corpus"})) {
    const Answer given = answer(text);
    INFO(text.substr(0, 2000));
    CHECK(given.seconds < at_most);
  }
}

TEST_CASE("texts changed at random are answered") {
  const std::vector<std::string> texts =
      recipes_in({"tests/fuzz/corpus", "tests/models/recipe/golden", "tests/app/messages", "recipes"});
  for (uint64_t i = 0; i < 1500; ++i) {
    const std::string text = mutated(texts, 7, i);
    INFO("number " << i << ":\n" << text.substr(0, 4000));
    CHECK_NOTHROW(answer(text));
  }
}

TEST_CASE("a recipe of one mebibyte is answered") {
  const std::string layer = "{ type = \"Dense\", units = 4 },\n";
  const std::vector<std::string> texts = {
      with_layers("", repeated("# a comment\n", mebibyte / 12 - 30)),
      repeated("[", mebibyte),
      "a = " + repeated("[", mebibyte),
      "a = \"" + repeated("x", mebibyte),
      repeated("a", mebibyte),
      repeated("a.", mebibyte / 2) + "b = 1",
      repeated("\"", mebibyte),
      repeated("a = 1\n", mebibyte / 6),
      repeated("[a]\n", mebibyte / 4),
      repeated("[[a]]\n", mebibyte / 6),
      with_layers(repeated(layer, mebibyte / layer.size() - 20)),
      with_layers("{ type = \"Dense\", units = 4, " + repeated("unit = 1, ", mebibyte / 10 - 100) + "},"),
  };
  for (const std::string& text : texts) {
    const Answer given = answer(text);
    INFO(text.substr(0, 100) << "... answered by\n" << given.said.substr(0, 2000));
    CHECK(given.seconds < at_most);
    CHECK(given.said.size() < 100'000);
  }
  std::string keys = "[train]\n";
  for (int i = 0; keys.size() < mebibyte - 20; ++i) keys += "key" + std::to_string(i) + " = 1\n";
  CHECK(answer(keys).seconds < at_most);
}

TEST_CASE("tables and lists at a depth of one hundred are refused") {
  for (const std::string& text :
       {"a = " + repeated("[", 100) + repeated("]", 100), "a = " + repeated("{ b = ", 100) + "1" + repeated(" }", 100),
        repeated("a.", 100) + "b = 1\n", "[" + repeated("a.", 100) + "b]\n"}) {
    CHECK(answer(text).said.find("error[E0103]") != std::string::npos);
  }
  std::string nested = "{ type = \"b0\" },\n", blocks;  // blocks in blocks
  for (int i = 0; i < 100; ++i)
    blocks += "[blocks.b" + std::to_string(i) + "]\nlayers = [{ type = \"" +
              (i < 99 ? "b" + std::to_string(i + 1) + "\"" : std::string("Dense\", units = 3")) + " }]\n";
  const Answer given = answer(with_layers(nested, blocks));
  INFO(given.said.substr(0, 1000));
  CHECK(given.said.find("error[E0403]") != std::string::npos);
  CHECK(given.seconds < at_most);
}

TEST_CASE("blocks in blocks that are repeated, and in themselves, are answered at once") {
  std::string nested;
  for (int i = 0; i < 40; ++i)
    nested +=
        "[blocks.b" + std::to_string(i) + "]\nlayers = [{ type = \"b" + std::to_string(i + 1) + "\", repeat = 3 }]\n";
  nested += "[blocks.b40]\nlayers = [\"ReLU\"]\n";
  const Answer deep = answer(with_layers("{ type = \"b0\" },\n", nested));
  CHECK(deep.said.find("more than 16 deep: b0 -> b1 -> ... -> b16") != std::string::npos);
  CHECK(deep.said.find("W0509") == std::string::npos);
  CHECK(deep.seconds < at_most);
  const Answer wide = answer(with_layers("{ type = \"b26\" },\n", nested));  // 3^14 uses
  CHECK(wide.said.find("error[E0403]") != std::string::npos);
  CHECK(wide.seconds < at_most);
  const Answer endless = answer(with_layers("{ type = \"x\", repeat = 10000 },\n",
                                            "[blocks.x]\nlayers = [{ type = \"y\", repeat = 10000 }]\n"
                                            "[blocks.y]\nlayers = [{ type = \"x\", repeat = 10000 }, \"ReLU\"]\n"));
  CHECK(endless.said.find("uses itself: x -> y -> x") != std::string::npos);
  CHECK(endless.seconds < at_most);
}

TEST_CASE("a thousand times the same mistake is answered") {
  std::string text = with_layers("\"ReLU\",\n");
  for (int i = 0; text.size() < (size_t{1} << 20) - 50; ++i)
    text += "[[expect]]\nmetrik" + std::to_string(i) + " = \"accuracy\"\n";
  const Answer given = answer(text);
  CHECK(given.said.find("error[E0201]") != std::string::npos);
  CHECK(given.seconds < 2 * at_most);
}

TEST_CASE("a model of five thousand layers is answered, and one more is refused") {
  const std::string most = with_layers("{ type = \"Dense\", units = 4, repeat = 4998 },\n");
  if (!watches_memory) {
    const Answer given = answer(most);
    CHECK(given.said.empty());
    CHECK(given.seconds < 6 * at_most);
  }
  const Answer refused = answer(with_layers("{ type = \"Dense\", units = 4, repeat = 4999 },\n"));
  CHECK(refused.said.find("error[E0403]") != std::string::npos);
  CHECK(refused.seconds < at_most);
  const Answer endless = answer(with_layers("{ type = \"Dense\", units = 4, repeat = 9000000000000000000 },\n"));
  CHECK(endless.said.find("error[E0401]") != std::string::npos);
  CHECK(endless.seconds < at_most);
}

}  // namespace dltrain::test
