// Each hint is given by a real training with the mistake that it is about, names the place and the numbers, and is
// gone when its advice is followed.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <functional>

#include "core/random.h"
#include "core/text.h"
#include "formats/npy/npz.h"
#include "tests/support/files.h"
#include "tests/training/hints/run.h"
#include "training/hints/rule.h"

namespace dltrain::test {

namespace {

using Codes = std::vector<std::string>;
using training::Hint;

const std::string digits = "recipes/digits.toml";

std::vector<Hint> hints_of_digits(const std::vector<std::string>& changes) {
  return hints_of(spec_of(source_path(digits), changes));
}

// Six columns of noise around 0, and a target made of them.
using Target = std::function<std::string(const std::vector<double>& x, int64_t row)>;
std::string table(int64_t rows, const Target& target, double scale = 1, double offset = 0) {
  const RandomStream random(11, 1);
  std::string text = "a,b,c,d,e,f,y\n";
  for (int64_t r = 0; r < rows; ++r) {
    std::vector<double> x;
    for (int64_t c = 0; c < 6; ++c) x.push_back(random.normal(0, static_cast<uint64_t>(r * 6 + c)));
    for (const double value : x) text += number_text(offset + scale * value) + ",";
    text += target(x, r) + "\n";
  }
  return text;
}

std::string sign(const std::vector<double>& x, int64_t) { return x[0] > 0 ? "yes" : "no"; }

// There is little to learn but by heart.
std::string mostly_chance(const std::vector<double>& x, int64_t row) {
  const double chance = RandomStream(7, 3).uniform(0, static_cast<uint64_t>(row));
  return x[0] + 4 * (chance - 0.5) > 0 ? "yes" : "no";
}

struct TableCase {
  std::string csv;
  std::string data = "";  // more of [data] and its parts
  std::string layers =
      R"({ name = "hidden", type = "Dense", units = 32, activation = "relu" }, { name = "kind", type = "Dense", units = 2, activation = "softmax" })";
  std::string train =
      "epochs = 3\nbatch_size = 16\nloss = \"sparse_categorical_crossentropy\"\nmetrics = [\"accuracy\"]\n";
};

std::vector<Hint> hints_of_table(const TableCase& c) {
  const TemporaryFolder folder;
  write(folder, "table.csv", c.csv);
  const std::string recipe = "[data]\ntype = \"csv\"\nfile = \"table.csv\"\ntarget = \"y\"\n" + c.data +
                             "\n[model]\nlayers = [" + c.layers + "]\n[train]\n" + c.train;
  return hints_of(spec_of(write(folder, "r.toml", recipe)));
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The first of that code; a failed check if there is none.
Hint hint(const std::vector<Hint>& hints, const std::string& code) {
  for (const Hint& h : hints) {
    if (h.code == code) return h;
  }
  FAIL("no " << code << " among " << join(codes_of(hints), ", "));
  return {};
}

void says(const Hint& h, const std::vector<std::string>& parts) {
  INFO(h.text());
  for (const std::string& part : parts) {
    INFO(part);
    CHECK(holds(h.text(), part));
  }
}

}  // namespace

TEST_CASE("learning rates too high by orders") {
  for (const auto& [optimizer, usual] : {std::pair{"Adam", "0.001"}, std::pair{"SGD", "0.01"}}) {
    for (const std::string rate : {"10.0", "100.0"}) {
      const auto hints = hints_of_digits(
          {"train.epochs=3", "train.optimizer={type=\"" + std::string(optimizer) + "\",learning_rate=" + rate + "}"});
      const Hint h = hint(hints, "learning-rate-too-high");
      CHECK(h.epoch == 1);
      says(h, {"[train] optimizer (" + std::string(optimizer) + ")", "the learning rate 10", "is too high",
               "write learning_rate = " + std::string(usual), "dltrain explain learning-rate-too-high"});
      CHECK(hints.back().epoch == 3);  // said again at the end
    }
  }
}

TEST_CASE("learning rates too low by orders") {
  for (
      const std::string optimizer :
      {R"({type="Adam",learning_rate=1e-6})", R"({type="SGD",learning_rate=1e-6})",
       R"({type="SGD",momentum=0.9,learning_rate={type="CosineDecay",initial_learning_rate=1e-6,decay_steps=1000}})"}) {
    const auto hints = hints_of_digits({"train.epochs=3", "train.optimizer=" + optimizer});
    CHECK(codes_of(hints) == Codes{"learning-rate-too-low"});
    says(hint(hints, "learning-rate-too-low"), {"the learning rate 1e-06 is too low by orders", "write "});
  }
}

TEST_CASE("dead ReLUs are named with their layer and share") {
  const auto hints = hints_of_digits({"train.epochs=3", R"(train.optimizer={type="Adam",learning_rate=0.2})"});
  const Hint h = hint(hints, "dead-relu");
  says(h, {"layer \"hidden\" (Dense): ", " of its 64 ReLU units (", " %) give 0 for all of the 128 samples",
           "lower the learning rate from 0.2 to 0.001", "leaky_relu"});
  const auto zeros = hints_of_digits({"train.epochs=2", R"(layers.hidden.kernel_initializer="Zeros")"});
  says(hint(zeros, "dead-relu"), {"64 of its 64 ReLU units (100 %)", "leave out kernel_initializer"});
}

TEST_CASE("always one class: because it is nearly the only one") {
  const auto rare = [](const std::vector<double>&, int64_t row) { return row % 40 == 0 ? "ill" : "well"; };
  TableCase c{table(600, rare)};
  c.train += "optimizer = { type = \"Adam\", learning_rate = 0.003 }\n";
  const auto hints = hints_of_table(c);
  const Hint h = hint(hints, "always-one-class");
  CHECK(h.epoch == 3);  // at first it is the right answer
  says(h, {"layer \"kind\" (Dense): the answer is class \"well\" for all of the 128 samples looked at",
           "class_weight = \"balanced\""});
}

TEST_CASE("always one class: because nothing was learned") {
  const auto hints = hints_of_digits({"train.epochs=2", R"(layers.hidden.kernel_initializer="Zeros")"});
  says(hint(hints, "always-one-class"), {"the answer is class \"", "and only ", " % of them are of that class"});
}

TEST_CASE("a loss that does not fall, though nothing else is seen") {
  const RandomStream random(5, 2);
  const auto chance = [&](const std::vector<double>&, int64_t row) {
    return random.uniform(0, static_cast<uint64_t>(row)) < 0.5 ? "heads" : "tails";
  };
  const auto hints = hints_of_table({table(600, chance)});
  CHECK(codes_of(hints) == Codes{"loss-not-falling"});
  says(hints.back(),
       {"[train]: the loss is 0.", " after 3 epochs and was ", "guessing alone gives 0.69", "inputs and labels"});
}

TEST_CASE("training far above validation") {
  TableCase c{table(240, mostly_chance)};
  c.data = "[data.validation]\nsplit = 0.3\n";
  c.layers =
      R"({ type = "Dense", units = 256, activation = "relu" }, { type = "Dense", units = 2, activation = "softmax" })";
  c.train =
      "epochs = 80\nbatch_size = 16\nloss = \"sparse_categorical_crossentropy\"\nmetrics = [\"accuracy\"]\n"
      "optimizer = { type = \"Adam\", learning_rate = 0.003 }\n";
  const auto hints = hints_of_table(c);
  CHECK(codes_of(hints) == Codes{"overfitting"});
  const Hint h = hint(hints, "overfitting");
  CHECK(h.epoch == 80);
  says(h, {"[train]: accuracy is ", " % on the validation part; val_loss is ", " in epoch ", "EarlyStopping"});
  // As advised.
  c.train += "[[callbacks]]\ntype = \"EarlyStopping\"\npatience = 5\nrestore_best_weights = true\n";
  CHECK(hints_of_table(c).empty());
}

TEST_CASE("no epoch better than the first") {
  TableCase c{table(400, mostly_chance)};
  c.data = "[data.validation]\nsplit = 0.3\n";
  c.layers =
      R"({ type = "Dense", units = 256, activation = "relu" }, { type = "Dense", units = 2, activation = "softmax" })";
  const auto train = [](const std::string& rate) {
    return "epochs = 40\nbatch_size = 8\nloss = \"sparse_categorical_crossentropy\"\nmetrics = [\"accuracy\"]\n"
           "optimizer = { type = \"Adam\", learning_rate = " +
           rate + " }\n[[callbacks]]\ntype = \"EarlyStopping\"\npatience = 8\nrestore_best_weights = true\n";
  };
  c.train = train("0.01");
  const auto hints = hints_of_table(c);
  CHECK(codes_of(hints) == Codes{"best-epoch-first"});
  says(hint(hints, "best-epoch-first"), {"[train]: val_loss was best after epoch 1 (0.", " after epoch 9)",
                                         "the weights of epoch 1 are kept", "learning_rate = 0.001 ", "Dropout"});
  c.train = train("0.001");  // as advised
  CHECK(hints_of_table(c).empty());
}

TEST_CASE("a target that is another one in the validation part") {
  const auto climbing = [](const std::vector<double>& x, int64_t row) {
    return number_text(x[0] + static_cast<double>(row) / 100);
  };
  TableCase c{table(600, climbing)};
  c.layers = R"({ type = "Dense", units = 32, activation = "relu" }, { name = "height", type = "Dense", units = 1 })";
  c.train =
      "epochs = 6\nbatch_size = 16\nloss = \"mse\"\noptimizer = { type = \"Adam\", learning_rate = 0.01 }\n"
      "[[callbacks]]\ntype = \"EarlyStopping\"\npatience = 5\nrestore_best_weights = true\n";
  c.data = "[data.validation]\nsplit = 0.2\nhow = \"time\"\n";
  const auto hints = hints_of_table(c);
  CHECK(codes_of(hints) == Codes{"parts-differ"});
  CHECK(!hints.front().warned);
  CHECK(hints.back().warned);
  says(hints.front(), {"data, target of ", "height", "its mean is 2.", " in the training part and 5.",
                       "standard deviations apart", "how = \"random\""});
  c.data = "[data.validation]\nsplit = 0.2\nhow = \"random\"\n";  // as advised, for rows without a trend in time
  CHECK(hints_of_table(c).empty());
}

TEST_CASE("labels that are counted from 1") {
  const TemporaryFolder folder;
  Array x(DType::f32, Shape{300, 4}), from_one(DType::i32, Shape{300});
  const RandomStream random(9, 4);
  for (int64_t i = 0; i < x.elements(); ++i) set_element(x, i, random.uniform(0, static_cast<uint64_t>(i)));
  for (int64_t r = 0; r < 300; ++r) set_element(from_one, r, 1 + std::floor(3 * element(x, 4 * r)));
  Array from_zero = from_one;
  for (int64_t r = 0; r < 300; ++r) set_element(from_zero, r, element(from_one, r) - 1);
  const auto save = [&](const std::string& name, const Array& labels) {
    const std::vector<formats::NamedArray> arrays = {{"x", x}, {"y", labels}};
    formats::write_npz(folder.file(name), arrays);
  };
  save("one.npz", from_one);
  save("zero.npz", from_zero);
  const auto recipe = [&](const std::string& train, const std::string& validation, int64_t units) {
    return write(
        folder, "r.toml",
        "[data]\ntype = \"npz\"\nfile = \"" + train + "\"\n[data.validation]\ntype = \"npz\"\nfile = \"" + validation +
            "\"\n[model]\nlayers = [{ type = \"Dense\", units = 32, activation = \"relu\" }, { name = \"kind\", type = "
            "\"Dense\", units = " +
            std::to_string(units) +
            ", activation = \"softmax\" }]\n[train]\nepochs = 30\nbatch_size = 16\n"
            "loss = \"sparse_categorical_crossentropy\"\noptimizer = { type = \"Adam\", learning_rate = 0.02 }\n");
  };
  const auto shifted = hints_of(spec_of(recipe("one.npz", "one.npz", 4)));
  CHECK(codes_of(shifted) == Codes{"labels-shifted"});
  says(hint(shifted, "labels-shifted"), {"the labels are 1 to 3, and none is 0", "take 1 from every label"});
  // Two files that count differently: right on the one, off by one on the other.
  const auto apart = hints_of(spec_of(recipe("one.npz", "zero.npz", 4)));
  says(apart.back(),
       {"validation part", "the answer is the label plus 1 for", "add 1 to every label of the validation part"});
  CHECK(codes_of(hints_of(spec_of(recipe("zero.npz", "zero.npz", 3)))).empty());
}

TEST_CASE("a class that a part lacks is said once to people, and kept") {
  TableCase c{table(300, [](const std::vector<double>& x, int64_t row) { return row >= 280 ? "late" : sign(x, row); })};
  c.data = "[data.validation]\nsplit = 0.2\nhow = \"time\"\n";
  c.layers = R"({ type = "Dense", units = 3, activation = "softmax" })";
  const auto hints = hints_of_table(c);
  const Hint h = hint(hints, "missing-class");
  says(h, {"the training part has no sample of class \"late\"", "how = \"stratified\""});
  CHECK(h.warned);
}

TEST_CASE("inputs that are not scaled") {
  const auto mild = hints_of_table({table(300, sign, 5, 20)});
  const Hint h = hint(mild, "input-not-scaled");
  says(h, {"layer \"hidden\" (Dense): its input goes from ", "(mean ", "standard deviation ",
           "put \"Normalization\" before it"});
  CHECK(!h.warned);
  CHECK(codes_of(hints_of_table({table(300, sign, 1e-4)})) == Codes{"input-not-scaled"});
  TableCase normal{table(300, sign, 5, 20)};
  normal.layers = "\"Normalization\", " + normal.layers;
  CHECK(hints_of_table(normal).empty());
}

TEST_CASE("large inputs are warned of before training, and named as the cause where nothing is learned") {
  const auto hints = hints_of_table({table(300, sign, 20000, 0)});
  const Hint h = hint(hints, "input-not-scaled");
  CHECK(!h.warned);
  CHECK(codes_of(hints) == Codes{"input-not-scaled"});
}

TEST_CASE("targets that are not scaled") {
  const auto price = [](const std::vector<double>& x, int64_t) { return number_text(50000 * (x[0] + 5)); };
  TableCase c{table(300, price)};
  c.layers = R"({ type = "Dense", units = 32, activation = "relu" }, { name = "price", type = "Dense", units = 1 })";
  c.train = "epochs = 3\nbatch_size = 16\nloss = \"mse\"\n";
  const auto hints = hints_of_table(c);
  CHECK(codes_of(hints) == Codes{"target-not-scaled"});
  says(hint(hints, "target-not-scaled"),
       {"layer \"price\" (Dense): the target has mean 2.", "always answering the mean", "divide the target by 1e+05"});
  c.csv = table(300, [](const std::vector<double>& x, int64_t) { return number_text(x[0] + 5); });
  c.train += "optimizer = { type = \"Adam\", learning_rate = 0.01 }\n";
  CHECK(hints_of_table(c).empty());
}

TEST_CASE("columns that never change") {
  std::string csv;
  for (const std::string& line : split(table(300, sign), '\n')) {
    if (!line.empty()) csv += (csv.empty() ? "k," : "3,") + line + "\n";
  }
  const auto hints = hints_of_table({csv});
  CHECK(codes_of(hints) == Codes{"constant-columns"});
  says(hint(hints, "constant-columns"), {"input \"input\": column \"k\" has the same value in all of the 300 samples"});
}

TEST_CASE("a table without mistakes gives no hint") {
  CHECK(hints_of_table({table(600, sign)}).empty());
  TableCase c{table(600, sign)};
  c.data = "[data.validation]\nsplit = 0.2\n";
  CHECK(hints_of_table(c).empty());
}

}  // namespace dltrain::test
