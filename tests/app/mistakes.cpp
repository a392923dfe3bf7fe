// The twenty-one mistakes that beginners make most (of them Keras trains six in silence): each is said before the first
// step, with its code, and an error leaves nothing trained.
#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "core/text.h"
#include "tests/app/process.h"
#include "tests/support/paths.h"

namespace dltrain::test {

namespace {

const std::string digits = R"([data]
type = "digits"

[data.validation]
split = 0.1

[model]
layers = [
  "Flatten",
  { type = "Dense", units = 64, activation = "relu" },
  { type = "Dense", units = 10, activation = "softmax" },
]

[train]
epochs = 1
loss = "sparse_categorical_crossentropy"
metrics = ["accuracy"]
)";

// A table of points below, its columns x, y and label.
std::string points(const std::string& data, const std::string& layers, const std::string& train) {
  return "[data]\ntype = \"csv\"\nfile = \"points.csv\"\n" + data + "\n[model]\nlayers = [" + layers +
         "]\n[train]\nbatch_size = 4\nepochs = 1\n" + train + "\n";
}

std::string changed(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// `fit` says it, with a place in the recipe where `line` is one, before it trains. `before` is a command of the shell.
void check_said(const std::string& recipe, const std::string& code, int line, const std::string& before = "") {
  const TemporaryFolder folder;
  write_file_durably(folder.file("recipe.toml"), recipe);
  if (!before.empty()) REQUIRE(shell_in(folder.path(), before).code == 0);
  const Ended ended = dltrain_in(folder.path(), {"fit", "recipe.toml", "--run", "run"});
  INFO(ended.err);
  const bool is_error = code.front() == 'E';
  const std::string place = line > 0 ? "recipe.toml:" + std::to_string(line) + ":" : "";
  const size_t said = ended.err.find(place);
  REQUIRE(said != std::string::npos);
  const size_t at = ended.err.find((is_error ? "error[" : "warning[") + code + "]: ", said);
  REQUIRE(at != std::string::npos);
  if (line > 0) CHECK(ended.err.find('\n', said) > at);
  CHECK((ended.code != 0) == is_error);
  CHECK((ended.err.find("= help: ") != std::string::npos || ended.err.find("^ ") != std::string::npos ||
         ended.err.find("known: ") != std::string::npos || code == "E0401"));
  const size_t trained = ended.err.find("epoch 1");
  CHECK((trained == std::string::npos) == is_error);
  CHECK(at < trained);
}

// Eight rows of each label, sorted by label.
const std::string table =
    "(echo x,y,label; for i in 1 2 3 4 5 6 7 8; do echo 0.$i,-0.$i,0; done; "
    "for i in 1 2 3 4 5 6 7 8; do echo 0.1$i,-0.2$i,1; done) > points.csv";

}  // namespace

TEST_CASE("mistake 1: activation \"relux\"") { check_said(changed(digits, "\"relu\"", "\"relux\""), "E0303", 10); }

TEST_CASE("mistake 2: optimizer \"adamm\"") { check_said(digits + "optimizer = \"adamm\"\n", "E0303", 18); }

TEST_CASE("mistake 3: loss \"sparse_categorical_crosentropy\"") {
  check_said(changed(digits, "crossentropy", "crosentropy"), "E0303", 16);
}

TEST_CASE("mistake 4: metric \"acuracy\"") { check_said(changed(digits, "accuracy", "acuracy"), "E0303", 17); }

TEST_CASE("mistake 5: a misspelt key, Dense with unit = 3") {
  check_said(changed(digits, "units = 64", "unit = 3"), "E0201", 10);
}

TEST_CASE("mistake 6: units = 0") { check_said(changed(digits, "units = 64", "units = 0"), "E0401", 10); }

TEST_CASE("mistake 7: units = \"64\"") { check_said(changed(digits, "units = 64", "units = \"64\""), "E0301", 10); }

TEST_CASE("mistake 8: Flatten forgotten before Dense") {
  check_said(changed(digits, "  \"Flatten\",\n", ""), "E0915", 10);
}

TEST_CASE("mistake 9: softmax forgotten, loss from probabilities") {
  check_said(changed(digits, ", activation = \"softmax\"", ""), "E0906", 16);
}

TEST_CASE("mistake 10: softmax doubled, from_logits = true on a softmax") {
  const std::string loss = "{ type = \"sparse_categorical_crossentropy\", from_logits = true }";
  check_said(changed(digits, "\"sparse_categorical_crossentropy\"", loss), "W0907", 16);
}

TEST_CASE("mistake 11: label 10 with 10 classes") {
  const std::string data =
      "(echo x,y,label; for i in 0 1 2 3 4 5 6 7 8 9 10; do echo 0.$i,1,$i; echo 0,0,$i; done) > points.csv";
  check_said(points("target = \"label\"", "{ type = \"Dense\", units = 10, activation = \"softmax\" }",
                    "loss = \"sparse_categorical_crossentropy\""),
             "E0903", 10, data);
}

TEST_CASE("mistake 12: categorical_crossentropy on class numbers") {
  check_said(changed(digits, "sparse_categorical", "categorical"), "E0902", 16);
}

TEST_CASE("mistake 13: binary_crossentropy with 10 units") {
  const std::string sigmoid = changed(digits, "\"softmax\"", "\"sigmoid\"");
  check_said(changed(sigmoid, "sparse_categorical", "binary"), "E0913", 16);
}

TEST_CASE("mistake 14: relu on the output of a regression with negative targets") {
  check_said(points("target = \"y\"\nignore = [\"label\"]", "{ type = \"Dense\", units = 1, activation = \"relu\" }",
                    "loss = \"mse\""),
             "W0910", 7, table);
}

TEST_CASE("mistake 15: EarlyStopping with monitor = \"val_los\"") {
  check_said(digits + "[[callbacks]]\ntype = \"EarlyStopping\"\nmonitor = \"val_los\"\n", "E1101", 20);
}

TEST_CASE("mistake 16: a checkpoint folder that cannot be made") {
  check_said(digits + "[[callbacks]]\ntype = \"ModelCheckpoint\"\nfilepath = \"file/best.weights.h5\"\n", "E1303", 0,
             "mkdir run; echo > run/file");
}

TEST_CASE("mistake 17: NaN in the data") {
  check_said(points("target = \"label\"", "{ type = \"Dense\", units = 2, activation = \"softmax\" }",
                    "loss = \"sparse_categorical_crossentropy\""),
             "E1206", 0, table + "; echo nan,0,1 >> points.csv");
}

TEST_CASE("mistake 18: pixels of 0 to 255 that are not scaled") {
  const std::string recipe =
      changed(digits, "type = \"digits\"", "type = \"idx\"\nimages = \"i\"\nlabels = \"l\"\nscale = 1\n");
  const std::string bytes =
      "printf '\\0\\0\\10\\3\\0\\0\\0\\24\\0\\0\\0\\2\\0\\0\\0\\2' > i; "
      "printf '\\0\\0\\10\\1\\0\\0\\0\\24' > l; "
      "for n in 0 1 2 3 4 5 6 7 10 11; do printf '\\377\\0\\100\\200\\0\\377\\1\\2' >> i; "
      "printf \"\\\\$n\\\\$n\" >> l; done";
  check_said(changed(recipe, "split = 0.1", "split = 0.5"), "W1205", 14, bytes + "");
}

TEST_CASE("mistake 19: a kernel larger than the image") {
  check_said(
      changed(digits, "  \"Flatten\",\n", "  { type = \"Conv2D\", filters = 4, kernel_size = 9 }, \"Flatten\",\n"),
      "E0702", 9);
}

TEST_CASE("mistake 20: Concatenate of inputs that differ along another axis") {
  const std::string branches =
      "  { name = \"a\", type = \"Conv2D\", filters = 4, kernel_size = 3 },\n"
      "  { name = \"b\", type = \"Conv2D\", filters = 4, kernel_size = 5, inputs = \"input\" },\n"
      "  { type = \"Concatenate\", inputs = [\"a\", \"b\"] }, \"Flatten\",\n";
  check_said(changed(digits, "  \"Flatten\",\n", branches), "E0801", 11);
}

TEST_CASE("mistake 21: validation taken from the end of sorted data") {
  check_said(
      points("target = \"label\"\n[data.validation]\nsplit = 0.5\nhow = \"time\"",
             "{ type = \"Dense\", units = 2, activation = \"softmax\" }", "loss = \"sparse_categorical_crossentropy\""),
      "W1203", 0, table);
}

}  // namespace dltrain::test
