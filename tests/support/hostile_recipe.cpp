#include "tests/support/hostile_recipe.h"
#include "tests/support/catalogue.h"

#include <algorithm>
#include <array>

#include "core/diagnostic.h"
#include "core/random.h"
#include "core/schema.h"
#include "core/text.h"
#include "layers/registry.h"
#include "models/catalogue.h"
#include "models/checks.h"
#include "models/program.h"
#include "models/recipe/overrides.h"
#include "models/recipe/parse.h"
#include "models/recipe/reader.h"

namespace dltrain::test {

namespace {

// Without the sources themselves: no data is opened.
void add_sources(Catalogue& catalogue) {
  for (const char* kind : {"digits", "iris"}) {
    Schema source;
    source.family = "source";
    source.kind = kind;
    catalogue.add(std::move(source));
  }
}

const Catalogue& catalogue() {
  static const Catalogue all =
      catalogue_of(layers::fill_catalogue, models::fill_catalogue, add_sources, models::add_planned);
  return all;
}

DataSignature images() {
  DataSignature signature;
  signature.train_samples = 100;
  signature.inputs = {{"input", {8, 8, 1}, DType::f32, {}, {}, ValueRange{0, 1}}};
  signature.targets = {{"target", {}, DType::i32, 10, {}, {}}};
  return signature;
}

std::vector<models::Override> changes_of(const std::string& text) {
  std::vector<models::Override> changes;
  for (const std::string& line : split(text, '\n')) {
    if (!line.starts_with("# ")) break;
    if (line.starts_with("# --set ")) changes.emplace_back(line.substr(8));
  }
  return changes;
}

constexpr std::array words = {"[",
                              "]",
                              "{",
                              "}",
                              "[[",
                              "]]",
                              "\"",
                              "'''",
                              "\"\"\"",
                              "=",
                              ",",
                              ".",
                              "#",
                              "\\",
                              "\\u",
                              "\\uD800",
                              "\n",
                              "\r\n",
                              "\t",
                              "true",
                              "nan",
                              "inf",
                              "-1",
                              "0",
                              "1e999",
                              "1/0",
                              "1/255",
                              "0x",
                              "1_000",
                              "-0.0",
                              "1979-05-27",
                              "[model]",
                              "[train]",
                              "[data]",
                              "[blocks.a]",
                              "[[callbacks]]",
                              "layers",
                              "type",
                              "name",
                              "inputs",
                              "outputs",
                              "params",
                              "required",
                              "${units}",
                              "${",
                              "repeat",
                              "reuse",
                              "extends",
                              "weights",
                              "freeze",
                              "units",
                              "\"Dense\"",
                              "\"Conv2D\"",
                              "\"LSTM\"",
                              "\"Add\"",
                              "\"Reshape\"",
                              "\"a\"",
                              "\"input\"",
                              "\"a/b\"",
                              "loss",
                              "metrics",
                              "optimizer",
                              "\"mse\"",
                              "\xff",
                              "\xc3",
                              "\xe2\x82\xac",
                              "\xef\xbb\xbf",
                              "kernel_size",
                              "axis",
                              "target_shape",
                              "num_heads",
                              "seed"};
constexpr std::array numbers = {"0",      "-1",    "1",          "9223372036854775807", "-9223372036854775808",
                                "65536",  "1e308", "4294967296", "1000000000000",       "0.1",
                                "100000", "3",     "[1, 2]",     "\"10 epochs\""};

// Small choices from a counter-based generator, one after the other.
class Dice {
 public:
  Dice(uint64_t seed, uint64_t number) : stream_(seed, number) {}
  size_t below(size_t bound) { return static_cast<size_t>(stream_.below(std::max<size_t>(bound, 1), 0, next_++)); }
  template <size_t N> const char* of(const std::array<const char*, N>& choices) { return choices[below(N)]; }

 private:
  RandomStream stream_;
  uint64_t next_ = 0;
};

void replace_number(std::string& text, Dice& dice) {
  const size_t from = text.find_first_of("0123456789", dice.below(text.size()));
  if (from == std::string::npos) return;
  const size_t end = std::min(text.find_first_not_of("0123456789.", from), text.size());
  text.replace(from, end - from, dice.of(numbers));
}

void change(std::string& text, const std::string& other, Dice& dice) {
  const size_t at = dice.below(text.size() + 1), size = dice.below(40);
  switch (dice.below(9)) {
    case 0:
      if (at < text.size()) text[at] = static_cast<char>(dice.below(256));
      break;
    case 1: text.insert(at, dice.of(words)); break;
    case 2: text.erase(at, size); break;
    case 3: text.insert(at, text.substr(dice.below(text.size()), size)); break;
    case 4: text.insert(at, other.substr(dice.below(other.size()), 10 * size)); break;
    case 5: replace_number(text, dice); break;
    case 6: {
      std::string many;
      for (size_t i = 0; i < 4 * size; ++i) many += i < 2 ? "" : dice.below(8) == 0 ? "{a=" : "[";
      text.insert(at, many);
      break;
    }
    case 7: {  // a line in another place
      const size_t start = text.rfind('\n', at) + 1, end = std::min(text.find('\n', at), text.size());
      const std::string line = start < end ? text.substr(start, end - start) + "\n" : "\n";
      const size_t place = text.find('\n', dice.below(text.size()));
      text.insert(place == std::string::npos ? text.size() : place + 1, line);
      break;
    }
    default: {
      const std::string piece = text.substr(at, 1 + size);
      for (size_t i = dice.below(30); i > 0 && text.size() < 200'000; --i) text.insert(at, piece);
    }
  }
}

}  // namespace

std::string read_hostile(const std::string& text) {
  Diagnostics diagnostics;
  try {
    models::Recipe recipe = models::parse_recipe("recipe.toml", text);
    recipe.table.erase("extends");
    models::apply_overrides(recipe, changes_of(text), catalogue());
    const models::Spec spec = models::read_spec(recipe, catalogue(), {}, diagnostics);
    models::check_against_data(spec, images(), diagnostics);
    diagnostics.throw_if_errors(ExitCode::recipe);
    models::Program program(spec, images());
    return {};
  } catch (const UserError& error) {
    return error.what();
  }
}

std::string mutated(const std::vector<std::string>& texts, uint64_t seed, uint64_t number) {
  Dice dice(seed, number);
  std::string text = texts[dice.below(texts.size())];
  for (size_t i = 1 + dice.below(6); i > 0; --i) change(text, texts[dice.below(texts.size())], dice);
  return text;
}

}  // namespace dltrain::test
