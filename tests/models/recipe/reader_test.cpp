// What recipes mean: names, connections, defaults, overrides, and what the text itself may be.
#include <catch2/catch_test_macros.hpp>

#include <chrono>

#include "core/diagnostic.h"
#include "core/files.h"
#include "models/recipe/overrides.h"
#include "models/recipe/parse.h"
#include "models/recipe/reader.h"
#include "tests/models/recipe/catalogue.h"
#include "tests/support/paths.h"

namespace dltrain::models {
namespace {

Spec read(const Recipe& recipe) {
  Diagnostics diagnostics;
  return read_spec(recipe, test::small_catalogue(), {}, diagnostics);
}

Spec read(const std::string& text) { return read(parse_recipe("recipe.toml", text)); }

Spec with_layers(const std::string& layers) {
  return read("[data]\ntype = \"digits\"\n[model]\nlayers = [" + layers + "]\n[train]\nloss = \"mse\"\n");
}

std::vector<std::string> names_of(const Spec& spec) {
  std::vector<std::string> names;
  for (const LayerSpec& layer : spec.model.layers) names.push_back(layer.name);
  return names;
}

using Names = std::vector<std::string>;

std::string message_of(const std::string& text) {
  try {
    parse_recipe("recipe.toml", text);
  } catch (const UserError& error) {
    CHECK(error.code() == ExitCode::recipe);
    return error.what();
  }
  return "";
}

std::string load_message(const std::string& path) {
  try {
    load_recipe(path);
  } catch (const UserError& error) {
    CHECK(error.code() == ExitCode::recipe);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("layers are named as Keras names them") {
  // Keras counts the layers without a name, per class.
  CHECK(names_of(with_layers(R"("Flatten", {type="Dense",units=1}, "ReLU", {type="Dense",units=1}, "BatchNormalization",
      {type="Conv2D",filters=1,kernel_size=1}, {type="Dense",units=1})")) ==
        Names{"flatten", "dense", "re_lu", "dense_1", "batch_normalization", "conv2d", "dense_2"});
  // A name that the recipe gives is skipped.
  CHECK(names_of(
            with_layers(R"({type="Dense",units=1}, {name="dense_1",type="Dense",units=1}, {type="Dense",units=1})")) ==
        Names{"dense", "dense_1", "dense_2"});
}

TEST_CASE("a layer takes the one above it") {
  const Spec spec = with_layers(R"("Flatten", {type="Dense",units=1})");
  CHECK(spec.model.sequential);
  REQUIRE(spec.model.inputs.size() == 1);
  CHECK(spec.model.inputs[0].name == "input");
  CHECK(spec.model.layers[0].inputs == Names{"input"});
  CHECK(spec.model.layers[1].inputs == Names{"flatten"});
  CHECK(spec.model.outputs == Names{"dense"});
}

TEST_CASE("a layer applied again has the parameters of the first call") {
  const Spec spec = with_layers(R"({name="c",type="Dense",units=3,trainable=false}, {reuse="c"}, {reuse="c"})");
  CHECK_FALSE(spec.model.sequential);
  CHECK(names_of(spec) == Names{"c", "c@2", "c@3"});
  CHECK(spec.model.layers[2].reuse == "c");
  CHECK(spec.model.layers[2].component == spec.model.layers[0].component);
  CHECK_FALSE(spec.model.layers[2].trainable);
  CHECK(spec.model.layers[2].inputs == Names{"c@2"});
}

TEST_CASE("freeze takes layers by patterns of their names, with their later calls") {
  const std::string rest =
      "[data]\ntype = \"digits\"\n[model]\nlayers = [{name='a_1',type='Dense',units=3}, {name='b',type='Dense',units=3}, "
      "{reuse='a_1'}, {name='a_2',type='Dense',units=3}]\n[train]\nloss = \"mse\"\n";
  const auto trainable = [&](const std::string& freeze) {
    std::vector<bool> flags;
    for (const LayerSpec& layer : read(rest + freeze).model.layers) flags.push_back(layer.trainable);
    return flags;
  };
  using Flags = std::vector<bool>;
  CHECK(trainable("") == Flags{true, true, true, true});
  CHECK(trainable("freeze = []") == Flags{true, true, true, true});
  CHECK(trainable("freeze = 'b'") == Flags{true, false, true, true});
  CHECK(trainable("freeze = ['a_?']") == Flags{false, true, false, false});
  CHECK(trainable("freeze = ['*_2', 'b']") == Flags{true, false, true, false});
  CHECK(trainable("freeze = '*'") == Flags{false, false, false, false});
}

TEST_CASE("both ways to write layers are the same") {
  const std::string rest = "[data]\ntype = \"digits\"\n[train]\nloss = \"mse\"\n";
  const Spec list = read(rest + "[model]\nlayers = [\"Flatten\", { type = \"Dense\", units = 3, }, # comment\n]\n");
  const Spec sections =
      read(rest + "[[model.layers]]\ntype = \"Flatten\"\n[[model.layers]]\ntype = \"Dense\"\nunits = 3\n");
  CHECK(list == sections);
}

TEST_CASE("one setting holds for all outputs, a table for each") {
  const std::string recipe = R"(
[data]
type = "digits"
[model]
layers = [ { name = "a", type = "Dense", units = 1, inputs = "input" }, { name = "b", type = "Dense", units = 1, inputs = "input" } ]
outputs = ["b", "a"]
[train]
)";
  const Spec same = read(recipe + "loss = \"mse\"\nmetrics = [\"mae\"]\nloss_weights = 0.5\n");
  REQUIRE(same.train.outputs.size() == 2);
  CHECK(same.train.outputs[0].name == "b");
  for (const OutputSpec& output : same.train.outputs) {
    CHECK(output.loss.kind == "MeanSquaredError");
    CHECK(output.metrics.size() == 1);
    CHECK(output.loss_weight == 0.5);
  }
  const Spec each = read(recipe + "loss = { a = \"mse\", b = \"binary_crossentropy\" }\nmetrics = { a = \"mae\" }\n");
  CHECK(each.train.outputs[0].loss.kind == "BinaryCrossentropy");
  CHECK(each.train.outputs[0].metrics.empty());
  CHECK(each.train.outputs[1].metrics[0].kind == "MeanAbsoluteError");
  CHECK(*each.train.outputs[1].metrics[0].params.at("name").text() == "mae");
}

TEST_CASE("a part of the data says only what differs") {
  const Spec spec = read(R"(
[data]
type = "idx"
images = "train-images"
labels = "train-labels"
[data.test]
images = "test-images"
[model]
layers = ["Flatten"]
[train]
loss = "mse"
)");
  REQUIRE(spec.data.test);
  REQUIRE(spec.data.test->source);
  CHECK(*spec.data.test->source->params.at("images").text() == "test-images");
  CHECK(*spec.data.test->source->params.at("labels").text() == "train-labels");
}

TEST_CASE("the recipe's file names the run") {
  Recipe recipe =
      parse_recipe("x", "[data]\ntype = \"digits\"\n[model]\nlayers = [\"Flatten\"]\n[train]\nloss = \"mse\"\n");
  recipe.path = "some/folder/my.first.toml";
  CHECK(read(recipe).name == "my.first");
}

TEST_CASE("overrides change values, and make texts and defaults into tables") {
  Recipe recipe =
      parse_recipe("recipe.toml",
                   "[data]\ntype = \"digits\"\n[model]\nlayers = [\"Flatten\", { type = \"Dense\", units = 10 }]\n"
                   "[train]\nloss = \"mse\"\n");
  apply_overrides(
      recipe,
      {"train.epochs=3", "layers.dense.units = 32", "layers.flatten.name=\"flat\"", "train.optimizer.learning_rate=0.5",
       "train.loss.type=\"binary_crossentropy\"", "train.loss.from_logits=true", "run.threads=2",
       "data.validation.split=0.25", "layers.dense.kernel_regularizer={ type = \"L2\", l2 = 0.5 }", "seed=9"},
      test::small_catalogue());
  const Spec spec = read(recipe);
  CHECK(spec.train.epochs == 3);
  CHECK(spec.seed == 9);
  CHECK(spec.run.threads == 2);
  CHECK(names_of(spec) == Names{"flat", "dense"});
  CHECK(*spec.model.layers[1].component.params.at("units").integer() == 32);
  CHECK(*spec.model.layers[1].component.params.at("kernel_regularizer").table()->at("l2").real() == 0.5);
  CHECK(spec.train.optimizer.kind == "Adam");
  CHECK(*spec.train.optimizer.params.at("learning_rate").real() == 0.5);
  CHECK(spec.train.outputs[0].loss.kind == "BinaryCrossentropy");
  CHECK(*spec.train.outputs[0].loss.params.at("from_logits").boolean());
  CHECK(spec.data.validation->split == 0.25);
}

TEST_CASE("overrides take texts without quotes, and leave what is TOML as it is") {
  const auto changed = [](const std::string& change) {
    Recipe recipe;
    apply_overrides(recipe, {change}, test::small_catalogue());
    return recipe.table.at("key");
  };
  for (const std::string text : {"relu", "float32", "cuda:1", "a/b.csv", "../x", "1/255", "10 epochs", "2024-01-02",
                                 "07:30:00", "1.2.3", "2h30m", "-a", "\u00fc.csv", "tru", "infinite", "a  b"}) {
    INFO(text);
    REQUIRE(changed("key=" + text).text() != nullptr);
    CHECK(*changed("key= " + text + " ").text() == text);
    CHECK(*changed("key=\"" + text + "\"").text() == text);
    const Place place = changed("key = " + text).place();
    CHECK(place.source->text == "key = " + text);
    CHECK(place.column == 7);
    CHECK(place.end_column == 7 + static_cast<int>(text.size()) - (text[0] == '\xc3' ? 1 : 0));
  }
  CHECK(*changed("key=7").integer() == 7);
  CHECK(*changed("key=-1_000").integer() == -1000);
  CHECK(*changed("key=1e-3").real() == 1e-3);
  CHECK(*changed("key=true").boolean());
  CHECK(changed("key=[1, 2]").list()->size() == 2);
  CHECK(changed("key={ a = 1 }").table()->size() == 1);
  CHECK(*changed("key=\"7\"").text() == "7");
  CHECK(*changed("key='true'").text() == "true");
  for (const char* value : {"",
                            "yes",
                            "True",
                            "OFF",
                            "None",
                            "null",
                            ".5",
                            "5.",
                            "007",
                            "1,5",
                            "a,b",
                            "1e400",
                            "99999999999999999999",
                            "[relu]",
                            "{ a = b }",
                            "\"a",
                            "a'b",
                            "=3",
                            "a#b",
                            "a\\b",
                            "\u201crelu\u201d"}) {
    INFO(value);
    CHECK_THROWS_AS(changed(std::string("key=") + value), UserError);
  }
}

TEST_CASE("tables keep the order of the text, and places point to it") {
  const Table table = parse_toml(std::make_shared<const Source>(
      Source{"t", "zeta = 1\nalpha = { y = 2, b = \"ü\", c = 3 }\n[m.x]\nq.r = 1\n[m.a]\n"}));
  Names keys;
  for (const Table::Entry& entry : table.entries()) keys.push_back(entry.key);
  CHECK(keys == Names{"zeta", "alpha", "m"});
  const Table& alpha = *table.at("alpha").table();
  CHECK(alpha.entries()[0].key == "y");
  CHECK(alpha.key_place("c").text() == "t:2:27");
  CHECK(alpha.at("c").place().column == 31);
  CHECK(alpha.at("b").place().end_column == 25);
  CHECK(table.at("m").table()->entries()[0].key == "x");
}

TEST_CASE("a recipe that is not there is looked for under similar names") {
  test::TemporaryFolder folder;
  write_file_durably(folder.file("digits.toml"), "name = \"x\"\n");
  CHECK(load_message(folder.file("digit.toml")) == "error[E1301]: " + folder.file("digit.toml") +
                                                       ": there is no such recipe\n   = help: did you mean " +
                                                       folder.file("digits.toml") + "?\n");
  CHECK(load_message(folder.file("digits")).find("did you mean " + folder.file("digits.toml")) != std::string::npos);
  CHECK(load_message(folder.file("other")).find("did you mean") == std::string::npos);
  CHECK(load_message(folder.file("nowhere/x.toml")).find("there is no such recipe") != std::string::npos);
}

TEST_CASE("recipes have limits") {
  const std::string line = "a" + std::string(1000, 'x') + " = 1\n";
  test::TemporaryFolder folder;
  std::string huge = "[data]\n";
  while (huge.size() <= largest_recipe) huge += "# " + line;
  write_file_durably(folder.file("huge.toml"), huge);
  CHECK(load_message(folder.file("huge.toml")).find("1.0 MiB") != std::string::npos);
  CHECK(load_message(folder.path()).find("it is a folder") != std::string::npos);
  CHECK(message_of("a.b = " + std::string(31, '[') + std::string(31, ']')) == "");
  CHECK(message_of("a.b = " + std::string(32, '[') + std::string(32, ']')).find("32 levels") != std::string::npos);
  CHECK(message_of("[[a]]\nb = " + std::string(30, '[') + std::string(30, ']')) == "");
  CHECK(message_of("[[a]]\nb = " + std::string(31, '[') + std::string(31, ']')).find("32 levels") != std::string::npos);
  CHECK(message_of("a = " + std::string(32, '[') + std::string(32, ']')) == "");
  CHECK(message_of("a = " + std::string(33, '[') + std::string(33, ']')).find("32 levels") != std::string::npos);
  CHECK(message_of("a = " + std::string(500'000, '[')).find("32 levels") != std::string::npos);
}

TEST_CASE("hostile recipes of the largest size are answered quickly") {
  const auto begin = std::chrono::steady_clock::now();
  std::string keys = "[data]\n";
  for (int i = 0; keys.size() + 20 < largest_recipe; ++i) keys += "k" + std::to_string(i) + "=1\n";
  CHECK_THROWS_AS(read(keys), UserError);
  std::string layers = "[model]\nlayers = [";
  while (layers.size() + 20 < largest_recipe) layers += "'Flatten',";
  Diagnostics diagnostics;
  CHECK_THROWS_AS(read(layers + "]\n"), UserError);
  std::string headers;
  while (headers.size() + 20 < largest_recipe) headers += "[[a]]\n";
  CHECK_THROWS_AS(read(headers), UserError);
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  CHECK(seconds < 30);  // a hang, not a slow machine
}

TEST_CASE("no cut and no changed byte of a recipe crashes the reader") {
  const std::string recipe = read_text(test::source_path("tests/models/recipe/golden/graph-right.toml"), ExitCode::io);
  size_t refused = 0;
  const auto try_it = [&](const std::string& text) {
    try {
      read(text);
    } catch (const UserError& error) {
      ++refused;
      INFO(text << "\n" << error.what());
      CHECK(std::string(error.what()).find("this is not TOML (") == std::string::npos);  // the parser's words, not ours
    }
  };
  for (size_t size = 0; size < recipe.size(); ++size) try_it(recipe.substr(0, size));
  for (size_t at = 0; at < recipe.size(); ++at) {
    for (const char c : {'"', '[', '}', '=', ',', '\n', '\0', '\xff', '.'}) {
      std::string text = recipe;
      text[at] = c;
      try_it(text);
    }
  }
  CHECK(refused > recipe.size());
}

}  // namespace dltrain::models
