#include "models/recipe/parse.h"

#include <algorithm>
#include <optional>

// The one place that includes toml++. Header-only, because the library that Debian builds has the features of TOML 1.1
// switched off. Its limit of nesting is never reached: the outline is checked first.
// With NDEBUG its assertions become assumptions of the optimizer, and texts like "[=]" break one of them: undefined
// behaviour on a user's typo. Without, they would abort. Switched off they lead to its ordinary error.
#undef NDEBUG
#define TOML_ASSERT(expr) static_cast<void>(0)
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_UNRELEASED_FEATURES 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.hpp>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"
#include "models/recipe/outline.h"
#include "models/recipe/syntax_error.h"

namespace dltrain::models {

namespace {

Place place_of(const std::shared_ptr<const Source>& source, const toml::source_region& region) {
  const bool one_line = region.begin.line == region.end.line;
  return {source, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column),
          one_line ? static_cast<int>(region.end.column) : 0};
}

// toml++ sorts keys and gives tables made by headers the extent of all they hold; this restores the order of the text
// and points to the key or the header.
class Converter {
 public:
  Converter(const std::shared_ptr<const Source>& source, Diagnostics& diagnostics)
      : source_(source), diagnostics_(diagnostics) {
    for (size_t at = 0; at < source->text.size(); ++at) {
      if (source->text[at] == '\n') line_starts_.push_back(at + 1);
    }
  }

  Table table(const toml::table& from) {
    Table table;
    for (const auto& [key, node] : from) {
      const Place key_place = place_of(source_, key.source());
      Setting value = convert(node, key_place);
      table.entries().push_back({std::string(key.str()), std::move(value), key_place});
    }
    std::sort(table.entries().begin(), table.entries().end(), [](const Table::Entry& a, const Table::Entry& b) {
      return std::pair(a.key_place.line, a.key_place.column) < std::pair(b.key_place.line, b.key_place.column);
    });
    return table;
  }

 private:
  Setting convert(const toml::node& node, const Place& key_place) {
    const Place place = place_of(source_, node.source());
    switch (node.type()) {
      case toml::node_type::table: {
        const toml::table& from = *node.as_table();
        return {table(from), from.is_inline() ? place : key_place};
      }
      case toml::node_type::array: return list(*node.as_array(), place, key_place);
      case toml::node_type::string: return {node.as_string()->get(), place};
      case toml::node_type::integer: return {node.as_integer()->get(), place};
      case toml::node_type::floating_point: return {node.as_floating_point()->get(), place};
      case toml::node_type::boolean: return {node.as_boolean()->get(), place};
      default: break;
    }
    diagnostics_.error("wrong-type", place, "", "recipes have no dates and times").hint =
        "write it as a text, in quotes";
    return Setting(std::string(), place);
  }

  Setting list(const toml::array& from, const Place& place, const Place& key_place) {
    List list;
    bool by_headers = false;  // [[name]]
    for (const toml::node& node : from) {
      const bool header = node.is_table() && !node.as_table()->is_inline();
      by_headers = by_headers || header;
      list.push_back(convert(node, header ? header_place(node.source()) : place));
    }
    return {std::move(list), by_headers ? key_place : place};
  }

  // "[[name]]" on the line where a region begins.
  Place header_place(const toml::source_region& region) const {
    Place place{source_, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column), 0};
    const std::string_view line =
        line_of(std::string_view(source_->text).substr(line_starts_[region.begin.line - 1]), 1);
    const size_t end = line.find("]]");
    if (end != std::string_view::npos) place.end_column = 1 + static_cast<int>(utf8_count(line.substr(0, end + 2)));
    return place;
  }

  std::shared_ptr<const Source> source_;
  Diagnostics& diagnostics_;
  std::vector<size_t> line_starts_ = {0};
};

[[noreturn]] void refuse(Diagnostic diagnostic) { throw UserError(ExitCode::recipe, {std::move(diagnostic)}); }

// The first byte that does not belong to a UTF-8 text; nothing if all do.
std::optional<size_t> broken_byte(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t size = utf8_length(text.substr(at));
    if (size == 0 || text[at] == '\0') return at;
    at += size;
  }
  return std::nullopt;
}

// The kind of a file that is not text, by how it begins; null if it may be text.
const char* kind_of(std::string_view text) {
  if (text.starts_with("\x1f\x8b")) return "a gzip file";
  if (text.starts_with("\x89HDF")) return "an HDF5 file";
  if (text.starts_with("\x89PNG")) return "a PNG image";
  if (text.starts_with("\xff\xd8\xff")) return "a JPEG image";
  if (text.starts_with("\x93NUMPY")) return "a NumPy file";
  if (text.starts_with("PK\x03\x04")) return "a ZIP file";
  if (text.starts_with("\x7f"
                       "ELF"))
    return "a program";
  return text.find('\0') != std::string_view::npos ? "a binary file" : nullptr;
}

void check_encoding(const std::shared_ptr<const Source>& source) {
  const std::string& text = source->text;
  const auto broken = broken_byte(text);
  if (!broken) return;
  Diagnostic d{Severity::error, "encoding", Place{source}, "", "the text is UTF-16", "", "", "", {}};
  d.help = "save it as UTF-8";
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) refuse(std::move(d));
  if (const char* kind = kind_of(text)) {
    d.what = std::string("this is ") + kind + ", not a recipe";
    d.help = "a recipe is a text in TOML";
    refuse(std::move(d));
  }
  const std::string_view before = std::string_view(text).substr(0, *broken);
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const int line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  const int column = 1 + static_cast<int>(utf8_count(before.substr(line_start)));
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(text[*broken]);
  d.place = {source, line, column, column + 1};
  d.what = std::string("the text is not UTF-8 (byte 0x") + digits[byte >> 4] + digits[byte & 15] + ")";
  refuse(std::move(d));
}

}  // namespace

Table parse_toml(const std::shared_ptr<const Source>& source) {
  if (const Outline outline = outline_of(source, deepest_recipe); outline.too_deep) {
    refuse({Severity::error, "too-deep", *outline.too_deep, "",
            "tables and lists are nested more than " + std::to_string(deepest_recipe) + " levels deep"});
  }
  const toml::parse_result result = toml::parse(source->text);
  if (result.failed()) {
    const toml::source_position at = result.error().source().begin;
    refuse(explain_syntax_error(source, static_cast<int>(at.line), static_cast<int>(at.column),
                                result.error().description()));
  }
  Diagnostics diagnostics;
  Table table = Converter(source, diagnostics).table(result.table());
  diagnostics.throw_if_errors(ExitCode::recipe);
  return table;
}

Recipe parse_recipe(std::string name, std::string text, std::shared_ptr<const Source> extended_by) {
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);  // a byte order mark
  const auto source = std::make_shared<const Source>(Source{std::move(name), std::move(text), std::move(extended_by)});
  check_encoding(source);
  Table table = parse_toml(source);
  if (table.empty()) {
    refuse({Severity::error,
            "empty-recipe",
            {source},
            "",
            "the recipe is empty",
            "",
            "",
            "a recipe has at least [data] with a type, [model] with layers, and [train] with a loss"});
  }
  return {source, "", std::move(table)};
}

namespace {

// A recipe that is not there: perhaps its name is misspelt, or its ending left out.
[[noreturn]] void refuse_missing(const std::string& path) {
  std::string folder = parent_path(path);
  std::vector<std::string> recipes;
  if (folder.empty()) folder = ".";
  if (is_directory(folder)) {
    for (const std::string& name : list_directory(folder, ExitCode::recipe)) {
      if (name.ends_with(".toml")) recipes.push_back(name);
    }
  }
  const bool ending = std::find(recipes.begin(), recipes.end(), file_name(path) + ".toml") != recipes.end();
  const auto near = ending ? std::optional(file_name(path) + ".toml") : nearest(file_name(path), recipes);
  throw UserError(
      ExitCode::recipe, "no-recipe", path, "there is no such recipe",
      near ? "did you mean " + join_path(parent_path(path), *near) + "?" : "give the path of a recipe in TOML");
}

}  // namespace

Recipe load_recipe(const std::string& path, std::shared_ptr<const Source> extended_by) {
  const bool standard_input = path == "-";
  if (!standard_input && !exists(path)) refuse_missing(path);
  Recipe recipe = parse_recipe(standard_input ? "standard input" : path,
                               read_text(path, ExitCode::recipe, largest_recipe), std::move(extended_by));
  if (!standard_input) recipe.path = path;
  return recipe;
}

}  // namespace dltrain::models
