// Text to tables: the TOML of a recipe, with the place of every key and value, in the order of the text. Newlines and
// trailing commas inside inline tables (TOML 1.1) are accepted. What is wrong with the text is a UserError (recipe).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/setting.h"

namespace dltrain::models {

constexpr uint64_t largest_recipe = 1024 * 1024;  // bytes
constexpr int deepest_recipe = 32;                // tables and lists inside each other

// A recipe as it was written, before its meaning is looked at.
struct Recipe {
  std::shared_ptr<const Source> source;
  std::string path;  // of the file; empty if there is none
  Table table;
};

// Reads a file, or standard input for "-". `extended_by`: the recipe that builds on it, for messages.
Recipe load_recipe(const std::string& path, std::shared_ptr<const Source> extended_by = nullptr);
// The same from a text; `name` is what messages call it.
Recipe parse_recipe(std::string name, std::string text, std::shared_ptr<const Source> extended_by = nullptr);
// Any TOML text, which may be empty.
Table parse_toml(const std::shared_ptr<const Source>& source);

}  // namespace dltrain::models
