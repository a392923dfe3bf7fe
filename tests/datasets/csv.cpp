#include <cmath>
#include <cstdlib>

#include <catch2/catch_test_macros.hpp>

#include "formats/json/json.h"
#include "tests/datasets/csv_recipe.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

using namespace dltrain;
using namespace dltrain::datasets;
using test::CsvRecipe;
using test::open;
using test::read_all;
using test::table;

namespace {

std::vector<float> floats(const Array& array) { return {array.as<float>().begin(), array.as<float>().end()}; }
std::vector<int32_t> numbers(const Array& array) { return {array.as<int32_t>().begin(), array.as<int32_t>().end()}; }

}  // namespace

TEST_CASE("CSV: columns by name, text classes in sorted order") {
  const CsvRecipe recipe("height, weight ,kind\n1.5,20,dog\n0.3,4,cat\n1.2,18,dog\n");
  const auto opened = recipe.load({{"target", "kind"}});
  const DataSignature& signature = opened.data->signature();
  CHECK(signature.inputs[0].shape == Shape{2});
  CHECK(signature.targets[0].class_names == std::vector<std::string>{"cat", "dog"});
  CHECK(signature.targets[0].classes == 2);
  CHECK(signature.train_samples == 3);
  const Batch batch = read_all(*opened.data, Part::train);
  CHECK(floats(batch.inputs[0]) == std::vector<float>{1.5F, 20, 0.3F, 4, 1.2F, 18});
  CHECK(numbers(batch.targets[0]) == std::vector<int32_t>{1, 0, 1});
  CHECK(opened.data->contract().inputs[0].preparation.columns == std::vector<std::string>{"height", "weight"});
  CHECK(opened.data->notes().empty());  // the recipe names a column of the first line, so nothing is guessed
}

TEST_CASE("CSV: columns by number, from the end too; a file without header") {
  const CsvRecipe recipe("1,2,3,10\n4,5,6,20\n");
  const auto opened = recipe.load({{"target", -1}, {"ignore", List{1}}});
  const Batch batch = read_all(*opened.data, Part::train);
  CHECK(floats(batch.inputs[0]) == std::vector<float>{1, 3, 4, 6});
  CHECK(batch.targets[0].shape == Shape{2, 1});
  CHECK(floats(batch.targets[0]) == std::vector<float>{10, 20});
  CHECK_FALSE(opened.data->signature().targets[0].classes.has_value());
  CHECK(opened.data->notes()[0] == "data.csv: the first line is taken as data (header = true if it is a header)");
}

TEST_CASE("CSV: a header that nobody mentions is guessed, and said") {
  const CsvRecipe recipe("a,b\n1,10\n4,20\n");
  const auto opened = recipe.load({{"target", -1}});
  CHECK(opened.data->size(Part::train) == 2);
  REQUIRE(opened.data->notes().size() == 1);
  CHECK(opened.data->notes()[0] == "data.csv: the first line is taken as a header (header = false if it is data)");
}

TEST_CASE("CSV: a header of numbers, features in the order given, several target columns, weights") {
  const CsvRecipe recipe("2019,2020,2021,w\n1,2,3,1\n4,5,6,0.5\n");
  const auto opened =
      recipe.load({{"header", true}, {"target", List{"2019", "2020"}}, {"features", List{"2021"}}, {"weight", "w"}});
  const Batch batch = read_all(*opened.data, Part::train);
  CHECK(floats(batch.inputs[0]) == std::vector<float>{3, 6});
  CHECK(floats(batch.targets[0]) == std::vector<float>{1, 2, 4, 5});
  REQUIRE(batch.weights.has_value());
  CHECK(floats(*batch.weights) == std::vector<float>{1, 0.5F});
  CHECK(opened.data->signature().has_weights);
}

TEST_CASE("CSV: with a classification loss the distinct values are classes, numbers in their own order") {
  const CsvRecipe recipe("1,10\n2,9\n3,10.0\n4,-1\n");
  const auto opened = recipe.load({{"target", 1}}, TargetKind::classes);
  CHECK(opened.data->signature().targets[0].class_names == std::vector<std::string>{"-1", "9", "10"});
  CHECK(numbers(read_all(*opened.data, Part::train).targets[0]) == std::vector<int32_t>{2, 1, 2, 0});
  CHECK(opened.data->signature().targets[0].shape == Shape{});
}

TEST_CASE("CSV: classes fixed by the recipe keep their order and count") {
  const CsvRecipe recipe("1,b\n2,a\n");
  const auto opened = recipe.load({{"target", 1}, {"classes", List{"c", "b", "a"}}});
  CHECK(numbers(read_all(*opened.data, Part::train).targets[0]) == std::vector<int32_t>{1, 2});
  CHECK(opened.data->signature().targets[0].classes == 3);
  REQUIRE(opened.warnings.list().size() == 1);
  CHECK(opened.warnings.list()[0].what == "the training part has no sample of class \"c\"");
}

TEST_CASE("CSV: missing values are dropped, or filled from the training part only") {
  const CsvRecipe recipe("a,b,y\n1,10,0\n?,20,1\n3,,2\n100,1000,3\n");
  const auto dropped = recipe.load({{"target", "y"}, {"on_missing", "drop"}});
  CHECK(floats(read_all(*dropped.data, Part::train).inputs[0]) == std::vector<float>{1, 10, 100, 1000});
  CHECK(dropped.data->notes().back() ==
        "data.csv: 2 of 4 rows have missing values and were left out (on_missing = \"drop\")");

  DataRequest request = recipe.request({{"target", "y"}, {"on_missing", table({{"a", "mean"}, {"1", -5.5}})}});
  request.spec.test = PartSpec{.split = 0.25, .how = SplitBy::time};
  const auto filled = open(request);
  CHECK(floats(read_all(*filled.data, Part::train).inputs[0]) == std::vector<float>{1, 10, 2, 20, 3, -5.5F});
  CHECK(filled.data->contract().inputs[0].preparation.fill == std::vector<double>{2, -5.5});

  const auto median = recipe.load({{"target", "y"}, {"on_missing", "median"}});
  CHECK(floats(read_all(*median.data, Part::train).inputs[0]) == std::vector<float>{1, 10, 3, 20, 3, 20, 100, 1000});
  const auto mode = recipe.load({{"target", "y"}, {"on_missing", "mode"}});
  CHECK(floats(read_all(*mode.data, Part::train).inputs[0])[2] == 1);
}

TEST_CASE("CSV: several inputs and outputs meet the model by name") {
  const CsvRecipe recipe("age,hours,city,price,kind\n30,8,2,100,x\n40,7,3,200,y\n");
  DataRequest request = recipe.request({{"inputs", table({{"meta", List{"age", "hours"}}, {"place", "city"}})},
                                        {"target", table({{"price", "price"}, {"class", "kind"}})}});
  request.input_names = {"place", "meta"};
  request.targets = {{"class", TargetKind::classes}, {"price", TargetKind::numbers}};
  const auto opened = open(request);
  const Batch batch = read_all(*opened.data, Part::train);
  CHECK(opened.data->signature().inputs[0].name == "place");
  CHECK(floats(batch.inputs[0]) == std::vector<float>{2, 3});
  CHECK(floats(batch.inputs[1]) == std::vector<float>{30, 8, 40, 7});
  CHECK(opened.data->signature().targets[0].name == "class");
  CHECK(numbers(batch.targets[0]) == std::vector<int32_t>{0, 1});
  CHECK(floats(batch.targets[1]) == std::vector<float>{100, 200});
}

TEST_CASE("CSV: an autoencoder's target is its input") {
  const CsvRecipe recipe("a,b\n1,2\n3,4\n");
  const auto opened = recipe.load({{"target", "input"}});
  const Batch batch = read_all(*opened.data, Part::train);
  CHECK(batch.targets[0] == batch.inputs[0]);
  CHECK(opened.data->signature().targets[0].shape == Shape{2});
}

TEST_CASE("CSV: a test file of its own takes classes and fill values of the training part") {
  const CsvRecipe recipe("a,y\n1,no\n,yes\n5,no\n");
  test::write(recipe.folder(), "test.csv", "other,y,a\n7,yes,\n8,no,2\n");
  DataRequest request = recipe.request({{"target", "y"}, {"on_missing", "mean"}});
  request.spec.test =
      PartSpec{.source = recipe.request({{"target", "y"}, {"on_missing", "mean"}, {"file", "test.csv"}}).spec.source};
  const auto opened = open(request);
  const Batch batch = read_all(*opened.data, Part::test);
  CHECK(floats(batch.inputs[0]) == std::vector<float>{3, 2});
  CHECK(numbers(batch.targets[0]) == std::vector<int32_t>{1, 0});
}

TEST_CASE("CSV: a contract fixes what a model was trained with, also after a way through JSON") {
  const CsvRecipe recipe("a,y\n1,no\n,yes\n5,no\n");
  const auto opened = recipe.load({{"target", "y"}, {"on_missing", "mean"}});
  const std::string text = formats::json_text(contract_setting(opened.data->contract()), 2);
  const DataContract contract =
      contract_from_setting(formats::parse_json(text, "contract.json", ExitCode::model), "contract.json");
  CHECK(formats::json_text(contract_setting(contract), 2) == text);
  test::write(recipe.folder(), "new.csv", "a,y\n,no\n");
  const auto evaluated =
      open(recipe.request({{"target", "y"}, {"on_missing", "mean"}, {"file", "new.csv"}}), &contract);
  CHECK(floats(read_all(*evaluated.data, Part::train).inputs[0]) == std::vector<float>{3});
  CHECK(evaluated.data->signature().targets[0].class_names == std::vector<std::string>{"no", "yes"});
}

TEST_CASE("CSV: decimal commas, which a contract keeps") {
  const CsvRecipe recipe("a;w;y\n1,5;0,5;10,25\n-2,5;1;3\n");
  const auto opened = recipe.load({{"target", "y"}, {"weight", "w"}, {"separator", ";"}, {"decimal", ","}});
  const Batch batch = read_all(*opened.data, Part::train);
  CHECK(floats(batch.inputs[0]) == std::vector<float>{1.5, -2.5});
  CHECK(floats(batch.targets[0]) == std::vector<float>{10.25, 3});
  CHECK(floats(*batch.weights) == std::vector<float>{0.5, 1});
  const std::string text = formats::json_text(contract_setting(opened.data->contract()), 2);
  const DataContract contract =
      contract_from_setting(formats::parse_json(text, "contract.json", ExitCode::model), "contract.json");
  CHECK(contract.inputs[0].preparation.dialect.separator == ';');
  CHECK(contract.inputs[0].preparation.dialect.decimal == ',');
}

TEST_CASE("CSV: files are found beside the recipe, then in $DLTRAIN_DATA") {
  const CsvRecipe recipe("1,2\n");
  const test::TemporaryFolder elsewhere;
  const char* const before = std::getenv("DLTRAIN_DATA");
  const std::string restored = before != nullptr ? before : "";
  test::write(elsewhere, "sets/far.csv", "3,4\n");
  ::setenv("DLTRAIN_DATA", elsewhere.path().c_str(), 1);
  const auto opened = recipe.load({{"target", 1}, {"file", "sets/far.csv"}});
  CHECK(floats(read_all(*opened.data, Part::train).inputs[0]) == std::vector<float>{3});
  test::GoldenSections golden("datasets/locate.txt");
  golden.add("not there", test::message_of([&] { recipe.load({{"target", 1}, {"file", "mnist/x.csv"}}); }));
  ::unsetenv("DLTRAIN_DATA");
  golden.add("not there, and DLTRAIN_DATA not set",
             test::message_of([&] { recipe.load({{"target", 1}, {"file", "housing.csv"}}); }));
  golden.add("absolute", test::message_of([&] { recipe.load({{"target", 1}, {"file", "/nowhere/x.csv"}}); }));
  golden.replace(recipe.folder().path(), "RECIPE");
  golden.replace(elsewhere.path(), "DATA");
  golden.check();
  if (before != nullptr) ::setenv("DLTRAIN_DATA", restored.c_str(), 1);
}

TEST_CASE("messages about CSV data") {
  test::GoldenSections golden("datasets/csv.txt");
  const auto add = [&](const std::string& title, const std::string& text,
                       std::initializer_list<std::pair<std::string, Setting>> keys,
                       TargetKind kind = TargetKind::automatic) {
    const CsvRecipe recipe(text);
    golden.add(title, test::message_of([&] { recipe.load(keys, kind); }));
    golden.replace(recipe.folder().path(), "FOLDER");
  };
  add("empty", "", {{"target", -1}});
  add("header only", "a,b\n", {{"target", -1}, {"header", true}});
  add("ragged: too few", "a,b,c\n1,2,3\n4,5\n", {{"target", -1}});
  add("ragged: too many", "a,b,c\n1,2,3\n4,5,6,7\n", {{"target", -1}});
  add("not a number", "a,b\n1,2\nx1,3\n2,3\n", {{"target", -1}});
  add("many errors", "a,b\n" + std::string([] {
                       std::string rows;
                       for (int i = 0; i < 37; ++i) rows += "1,2\nbad,3\n2,4\n";
                       return rows;
                     }()),
      {{"target", -1}});
  add("NaN", "a,b\n1,2\nnan,3\n2,inf\n", {{"target", -1}});
  add("missing", "a,b\n1,2\n?,3\n", {{"target", -1}});
  add("missing target", "a,b\n1,2\n3,NA\n", {{"target", -1}});
  add("text features", "age,work,city,y\n39, State-gov,Rome,1\n50,Private,Oslo,0\n", {{"target", "y"}});
  add("text features without header", "39, State-gov,1\n50,Private,0\n", {{"target", -1}, {"ignore", List{0}}});
  add("no target", "a,b\n1,2\n", {});
  add("unknown target", "height,width\n1,2\n", {{"target", "hieght"}});
  add("unknown column number", "a,b\n1,2\n", {{"target", 2}});
  add("name without header", "1,2\n3,4\n", {{"target", "y"}});
  add("target is a feature", "a,b\n1,2\n", {{"target", "b"}, {"features", List{"a", "b"}}});
  add("no features left", "a,b\n1,2\n", {{"target", "b"}, {"ignore", "a"}});
  add("twice", "a,b\n1,2\n", {{"target", "b"}, {"features", List{"a", 0}}});
  add("two columns of one name", "a,a\n1,2\n", {{"target", 1}});
  add("names do not fit", "1,2\n", {{"target", 1}, {"names", List{"a"}}});
  add("another separator", "a;b\n1;2\n", {{"target", 1}});
  add("separator", "a;b\n1;2\n", {{"target", 1}, {"separator", ";;"}});
  add("unknown class", "a,y\n1,cat\n2,fox\n", {{"target", "y"}, {"classes", List{"cat", "dog"}}});
  add("text target of a regression", "a,y\n1,5\n2,six\n", {{"target", "y"}}, TargetKind::numbers);
  add("a class twice", "a,y\n1,cat\n", {{"target", "y"}, {"classes", List{"cat", "dog", "cat"}}});
  add("weights", "a,w,y\n1,1,5\n2,-1,6\n", {{"target", "y"}, {"weight", "w"}});
  add("on_missing", "a,y\n1,1\n", {{"target", "y"}, {"on_missing", "average"}});
  add("all rows dropped", "a,y\n?,1\n", {{"target", "y"}, {"on_missing", "drop"}});
  add("too large for float32", "a,y\n1e39,1\n", {{"target", "y"}});
  add("open quote", "a,y\n\"1,1\n2,3\n", {{"target", "y"}});
  golden.check();
}

TEST_CASE("messages about parts that do not fit") {
  test::GoldenSections golden("datasets/parts.txt");
  const CsvRecipe recipe("a,b,y\n1,2,no\n3,4,yes\n");
  const auto add = [&](const std::string& title, const std::string& text) {
    test::write(recipe.folder(), "test.csv", text);
    DataRequest request = recipe.request({{"target", "y"}});
    request.spec.test = PartSpec{.source = recipe.request({{"target", "y"}, {"file", "test.csv"}}).spec.source};
    golden.add(title, test::message_of([&] { open(request); }));
  };
  add("a class that training does not know", "a,b,y\n1,2,no.\n3,4,yes.\n");
  add("other columns", "a,y\n1,no\n");
  DataRequest request = recipe.request({{"target", "y"}});
  request.spec.validation = PartSpec{.split = 0.1};
  golden.add("an empty share", test::message_of([&] { open(request); }));
  request = recipe.request({{"target", "a"}, {"ignore", "y"}});
  request.spec.validation = PartSpec{.split = 0.5, .how = SplitBy::stratified};
  golden.add("stratified numbers", test::message_of([&] { open(request); }));
  golden.replace(recipe.folder().path(), "FOLDER");
  golden.check();
}
