// Columns of texts as columns of 0 and 1: in the parts of a recipe, with a model's contract, in files for predictions.
#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "datasets/input_stream.h"
#include "datasets/look.h"
#include "datasets/one_hot.h"
#include "formats/json/json.h"
#include "tests/datasets/csv_recipe.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

using namespace dltrain;
using namespace dltrain::datasets;
using test::CsvRecipe;
using test::message_of;
using test::read_all;
using test::table;

namespace {

using Floats = std::vector<float>;

Floats floats(const Array& array) { return {array.as<float>().begin(), array.as<float>().end()}; }

constexpr const char* houses =
    "size,heating,floor,price\n"
    "40,oil,2,1.5\n"
    "50,gas,10,2.5\n"
    "60,oil,2.0,3.5\n";

// The values of the training part.
Floats values(const test::Opened& opened) { return floats(read_all(*opened.data, Part::train).inputs[0]); }

// What dltrain predict would give the model for a file of that text.
Floats predicted(const DataContract& contract, std::string_view text, Diagnostics* warnings = nullptr) {
  const test::TemporaryFolder folder;
  test::write(folder, "new.csv", text);
  const auto inputs = open_inputs(folder.path() + "/new.csv", contract);
  Batch batch;
  Floats all;
  while (inputs->next(2, batch)) {
    const Floats some = floats(batch.inputs[0]);
    all.insert(all.end(), some.begin(), some.end());
  }
  if (warnings != nullptr) *warnings = inputs->warnings();
  return all;
}

bool holds(const std::string& text, std::string_view part) {
  UNSCOPED_INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("categories: a column of 0 and 1 for each distinct value, sorted, in the place of the column") {
  const CsvRecipe recipe(houses);
  const auto opened = recipe.load({{"target", "price"}, {"categorical", List{"heating"}}});
  CHECK(opened.data->signature().inputs[0].shape == Shape{4});
  CHECK(values(opened) == Floats{40, 0, 1, 2, 50, 1, 0, 10, 60, 0, 1, 2});
  const Preparation& preparation = opened.data->contract().inputs[0].preparation;
  CHECK(value_names(preparation) == std::vector<std::string>{"size", "heating=gas", "heating=oil", "floor"});
  CHECK(are_categories(preparation) == std::vector<bool>{false, true, true, false});
  CHECK(opened.warnings.list().empty());
}

TEST_CASE("categories: numbers are sorted as numbers, and equal ones are one category") {
  const CsvRecipe recipe(houses);
  const auto opened = recipe.load({{"target", "price"}, {"features", "floor"}, {"categorical", "floor"}});
  CHECK(opened.data->contract().inputs[0].preparation.categories[0] == std::vector<std::string>{"2", "10"});
  CHECK(values(opened) == Floats{1, 0, 0, 1, 1, 0});
}

TEST_CASE("categories: those of a list, in its order; others are none of them, and said") {
  const CsvRecipe recipe(houses);
  Table lists;
  lists.set("heating", List{"oil", "pump"});
  const auto opened = recipe.load({{"target", "price"}, {"categorical", Setting(lists)}});
  CHECK(values(opened) == Floats{40, 1, 0, 2, 50, 0, 0, 10, 60, 1, 0, 2});
  REQUIRE(opened.warnings.list().size() == 1);
  CHECK(
      holds(opened.warnings.list()[0].text(), "column \"heating\" has in 1 row a category that is not known: \"gas\""));
  CHECK(holds(
      message_of([&] { recipe.load({{"target", "price"}, {"categorical", Setting(lists)}, {"on_unknown", "error"}}); }),
      "data.csv:3:4: \"gas\" is not one of the categories oil, pump"));
}

TEST_CASE("categories: only the most frequent ones") {
  const CsvRecipe recipe("kind,y\nb,1\na,2\nc,3\nb,4\nc,5\nd,6\n");
  const auto opened = recipe.load({{"target", "y"}, {"categorical", "kind"}, {"max_categories", 2}});
  CHECK(values(opened) == Floats{1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0});
  CHECK(opened.data->notes()[0] ==
        "data.csv: column \"kind\" has 4 categories; the 2 most frequent are told apart (max_categories)");
  CHECK(opened.warnings.list().empty());
}

TEST_CASE("categories: missing values are a category of their own, the most frequent one, or an error") {
  const CsvRecipe recipe("size,kind,y\n1,b,1\n2,?,2\n,a,3\n4,b,4\n");
  Table own;
  own.set("kind", "category");
  own.set("size", "mean");
  const auto as_own = recipe.load({{"target", "y"}, {"categorical", "kind"}, {"on_missing", Setting(own)}});
  // Three categories: the missing one is called as the first text that stands for a missing value, which is empty.
  CHECK(value_names(as_own.data->contract().inputs[0].preparation) ==
        std::vector<std::string>{"size", "kind=", "kind=a", "kind=b"});
  const float mean = 7.0F / 3;
  CHECK(values(as_own) == Floats{1, 0, 0, 1, 2, 1, 0, 0, mean, 0, 1, 0, 4, 0, 0, 1});
  CHECK(predicted(as_own.data->contract(), "size,kind\nNA,NA\n") == Floats{mean, 1, 0, 0});

  Table mode;
  mode.set("kind", "mode");
  mode.set("size", 0);
  const auto as_mode = recipe.load({{"target", "y"}, {"categorical", "kind"}, {"on_missing", Setting(mode)}});
  CHECK(values(as_mode) == Floats{1, 0, 1, 2, 0, 1, 0, 1, 0, 4, 0, 1});
  CHECK(predicted(as_mode.data->contract(), "size,kind\n7,?\n") == Floats{7, 0, 1});

  const std::string error = message_of([&] { recipe.load({{"target", "y"}, {"categorical", "kind"}}); });
  CHECK(holds(error, "data.csv:3:3: column \"kind\" has no value (\"?\")"));
  CHECK(holds(error, "on_missing = { kind = \"category\" }"));
}

TEST_CASE("categories: a missing value joins a list") {
  const CsvRecipe recipe("kind,y\nb,1\n?,2\na,3\n");
  Table lists, own;
  lists.set("kind", List{"b", "a"});
  own.set("kind", "category");
  const auto opened = recipe.load({{"target", "y"}, {"categorical", Setting(lists)}, {"on_missing", Setting(own)}});
  CHECK(values(opened) == Floats{1, 0, 0, 0, 0, 1, 0, 1, 0});
}

TEST_CASE("categories: a second file and files for predictions follow the training part") {
  const CsvRecipe recipe(houses);
  test::write(recipe.folder(), "test.csv", "price,floor,heating,size\n1,2,oil,41\n2,3,wood,42\n");
  DataRequest request = recipe.request({{"target", "price"}, {"categorical", "heating"}});
  PartSpec part;
  part.source = test::source(table({{"type", "csv"}, {"file", "test.csv"}, {"target", "price"}}));
  request.spec.test = part;
  const auto opened = test::open(request);
  CHECK(floats(read_all(*opened.data, Part::test).inputs[0]) == Floats{41, 0, 1, 2, 42, 0, 0, 3});
  REQUIRE(opened.warnings.list().size() == 1);
  CHECK(holds(opened.warnings.list()[0].text(), "\"wood\""));

  const DataContract& contract = opened.data->contract();
  Diagnostics warnings;
  CHECK(predicted(contract, "floor,heating,size\n1,gas,30\n2,coal,31\n3,oil,32\n4,coal,33\n", &warnings) ==
        Floats{30, 1, 0, 1, 31, 0, 0, 2, 32, 0, 1, 3, 33, 0, 0, 4});
  REQUIRE(warnings.list().size() == 1);
  CHECK(holds(warnings.list()[0].text(), "column \"heating\" has in 2 rows a category that is not known: \"coal\""));
  CHECK(predicted(contract, "30,gas,1\n") == Floats{30, 1, 0, 1});           // without names: the columns in order
  CHECK(predicted(contract, "size,heating,floor\n30,,1\n", &warnings) == Floats{30, 0, 0, 1});
  CHECK(holds(warnings.list().at(0).text(), "a category that is not known: \"\""));
  CHECK(holds(message_of([&] { predicted(contract, "size,heating,floor\n,gas,1\n"); }),
              "column \"size\" has no value (the cell is empty), and the model was trained without any missing there"));
  CHECK(holds(message_of([&] { predicted(contract, "size,floor\n30,1\n"); }), "has no column \"heating\""));
  CHECK(holds(message_of([&] { predicted(contract, "size,Heatng,floor\n"); }), "is it the one called \"Heatng\"?"));
}

TEST_CASE("categories: a contract keeps them, and refuses what it must") {
  const CsvRecipe recipe(houses);
  const auto opened = recipe.load({{"target", "price"}, {"categorical", "heating"}, {"on_unknown", "error"}});
  const Setting written = contract_setting(opened.data->contract());
  const DataContract read = contract_from_setting(
      formats::parse_json(formats::json_text(written), "contract.json", ExitCode::model), "contract.json");
  CHECK(predicted(read, "size,heating,floor\n30,gas,1\n") == Floats{30, 1, 0, 1});
  CHECK(holds(message_of([&] { predicted(read, "size,heating,floor\n30,gas,1\n30,coal,1\n"); }),
              ":3:4: \"coal\" is not one of the categories gas, oil"));
  const auto again = test::open(recipe.request({{"target", "price"}}), &read);  // what the model knows is enough
  CHECK(floats(read_all(*again.data, Part::train).inputs[0]) == values(opened));
}

TEST_CASE("categories: an autoencoder sees them on both sides") {
  const CsvRecipe recipe("kind,x\nb,1\na,2\n");
  const auto opened = recipe.load({{"target", "input"}, {"categorical", "kind"}});
  const Batch batch = read_all(*opened.data, Part::train);
  CHECK(floats(batch.inputs[0]) == Floats{0, 1, 1, 1, 0, 2});
  CHECK(floats(batch.targets[0]) == floats(batch.inputs[0]));
}

TEST_CASE("categories: a file without header, all texts") {
  const CsvRecipe recipe("b,x,yes\na,y,no\nb,y,yes\n");
  const auto opened =
      recipe.load({{"target", -1}, {"categorical", List{0, 1}}, {"header", false}}, TargetKind::classes);
  CHECK(values(opened) == Floats{0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1});
  CHECK(predicted(opened.data->contract(), "a,x\nb,x\n") == Floats{1, 0, 1, 0, 0, 1, 1, 0});
}

TEST_CASE("categories: headers tell the shape where the recipe lists them; else the file is read") {
  const CsvRecipe recipe(houses);
  const auto look = [&](const Setting& categorical) {
    Diagnostics warnings;
    const DataRequest request = recipe.request({{"target", "price"}, {"categorical", categorical}});
    SourceRegistry registry;
    register_all(registry);
    return look_at_data(registry, request, warnings);
  };
  CHECK(look("heating").signature.inputs[0].shape == Shape{4});
  Table lists;
  lists.set("heating", List{"gas", "oil", "pump"});
  lists.set("floor", List{2, 10});
  CHECK(look(Setting(lists)).signature.inputs[0].shape == Shape{6});
}

TEST_CASE("categories: mistakes") {
  const CsvRecipe recipe(houses);
  const auto wrong = [&](std::initializer_list<std::pair<std::string, Setting>> keys) {
    return message_of([&] { recipe.load(keys); });
  };
  CHECK(holds(wrong({{"target", "price"}}), "leave out what hardly repeats with ignore = [\"heating\"]"));
  const CsvRecipe repeating("size,heating,owner,price\n1,gas,Ann,1\n2,oil,Bob,2\n3,gas,Cy,3\n4,oil,Di,4\n");
  CHECK(
      holds(message_of([&] { repeating.load({{"target", "price"}}); }),
            "make a column of 0 and 1 of each of their values with categorical = [\"heating\"]; leave out what hardly "
            "repeats with ignore = [\"owner\"]"));
  CHECK(holds(wrong({{"target", "heating"}, {"categorical", "heating"}}), "categorical names the target"));
  CHECK(holds(wrong({{"target", "price"}, {"categorical", "heating"}, {"ignore", "heating"}}), "which no input has"));
  CHECK(holds(wrong({{"target", "price"}, {"categorical", List{"heating", 1}}}), "twice"));
  CHECK(holds(wrong({{"target", "price"}, {"categorical", "haeting"}}), "no such column"));
  Table mean;
  mean.set("heating", "mean");
  CHECK(holds(wrong({{"target", "price"}, {"categorical", "heating"}, {"on_missing", Setting(mean)}}),
              "column \"heating\" holds categories, which have no mean"));
  Table category;
  category.set("size", "category");
  CHECK(holds(wrong({{"target", "price"}, {"categorical", "heating"}, {"on_missing", Setting(category)}}),
              "column \"size\" is not in categorical"));
  Table twice;
  twice.set("heating", List{"gas", "oil", "gas"});
  CHECK(holds(wrong({{"target", "price"}, {"categorical", Setting(twice)}}), "lists the category \"gas\" twice"));
}
