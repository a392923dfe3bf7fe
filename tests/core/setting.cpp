// Settings, tables and components: order, comparison, canonical text.
#include "core/setting.h"

#include <catch2/catch_test_macros.hpp>

#include "core/component.h"
#include "core/diagnostic.h"

namespace dltrain::test {

TEST_CASE("a table keeps the order of its keys") {
  Table table;
  CHECK(table.empty());
  table.set("b", 1);
  table.set("a", "x");
  table.set("b", 2.5);
  CHECK(table.size() == 2);
  CHECK(table.entries()[0].key == "b");
  CHECK(*table.at("b").real() == 2.5);
  CHECK(*table.find("a")->text() == "x");
  CHECK(table.find("c") == nullptr);
  CHECK_THROWS_AS(table.at("c"), Bug);
  table.erase("b");
  CHECK_FALSE(table.contains("b"));
}

TEST_CASE("settings are compared by value, not by place") {
  const auto source = std::make_shared<const Source>(Source{"recipe.toml", "a = 1"});
  CHECK(Setting(1, {source, 1, 5, 6}) == Setting(1));
  CHECK_FALSE(Setting(1) == Setting(1.0));
  CHECK_FALSE(Setting(true) == Setting(1));
  Table one, other;
  one.set("a", 1);
  one.set("b", 2);
  other.set("b", 2);
  other.set("a", 1);
  CHECK_FALSE(one == other);
  Table same = one;
  CHECK(same == one);
}

TEST_CASE("settings are written as TOML") {
  Table table;
  table.set("name", "two \"words\"");
  table.set("strange key", List{1, 2.0, true});
  table.set("absent", Setting());
  Table inner;
  inner.set("x", 1e-7);
  table.set("inner", inner);
  CHECK(Setting(table).toml() ==
        R"({ name = "two \"words\"", "strange key" = [1, 2.0, true], inner = { x = 1e-07 } })");
  CHECK(Setting(Table()).toml() == "{}");
  CHECK(Setting(List()).toml() == "[]");
  CHECK(Setting().toml() == "none");
  CHECK(toml_key("a-b_1") == "a-b_1");
  CHECK(toml_key("a.b") == "\"a.b\"");
  CHECK(toml_key("") == "\"\"");
}

TEST_CASE("settings name their type") {
  CHECK(Setting().type_text() == "none");
  CHECK(Setting(true).type_text() == "a truth value");
  CHECK(Setting(1).type_text() == "an integer");
  CHECK(Setting(1.0).type_text() == "a real number");
  CHECK(Setting("").type_text() == "a text");
  CHECK(Setting(List()).type_text() == "a list");
  CHECK(Setting(Table()).type_text() == "a table");
}

TEST_CASE("a component survives its canonical form") {
  Component component{"layer", "Dense", {}, {}};
  component.params.set("units", 10);
  component.params.set("activation", Setting());
  CHECK(component.setting().toml() == R"({ type = "Dense", units = 10 })");
  CHECK(Component::from_setting("layer", component.setting()) == component);
  CHECK_THROWS_AS(Component::from_setting("layer", Setting(1)), Bug);
}

}  // namespace dltrain::test
