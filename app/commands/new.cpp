// dltrain new: a first recipe, from a look at the data or from a worked one. Never writes over a file.
#include <cstdio>

#include "app/command_line/command.h"
#include "app/json_events.h"
#include "app/messages.h"
#include "app/new/kinds.h"
#include "app/new/relative.h"
#include "app/new/trial.h"
#include "app/new/worked.h"
#include "core/diagnostic.h"
#include "core/files.h"
#include "core/read_fields.h"
#include "core/text.h"
#include "datasets/locate.h"
#include "models/recipe/format.h"

namespace dltrain::app {

namespace {

struct NewOptions {
  std::string data;
  std::string like;
  std::string target;
  std::string output;  // empty: by the data
};

std::vector<std::string> worked_names() {
  std::vector<std::string> names;
  for (const auto& [name, text] : worked::pages()) names.push_back(name);
  return names;
}

// Where the data are, and how a recipe at `output` says it.
DataPlace place_of(const std::string& data, const std::string& output) {
  if (exists(data)) return {data, relative_path(data, parent_path(output))};
  datasets::LoadRequest request;
  if (datasets::can_locate(data, request)) return {datasets::locate(data, request), data};  // at $DLTRAIN_DATA
  throw UserError(ExitCode::data, "no-data-file", data, "there is no such file or folder",
                  "give the path of the data to look at");
}

// "data/flowers.csv.gz" -> "flowers.toml"
std::string recipe_name(const std::string& data) {
  const std::string name = file_name(relative_path(absolute_path(data), "/"));
  return (is_directory(data) ? name : name.substr(0, std::max<size_t>(name.find('.'), 1))) + ".toml";
}

std::string text_like(const std::string& name) {
  const auto found = worked::pages().find(name.ends_with(".toml") ? name.substr(0, name.size() - 5) : name);
  if (found != worked::pages().end()) return found->second;
  Diagnostic error{Severity::error, "unknown-name", {}, "dltrain new", "there is no worked recipe " + quote(name)};
  suggest(error, name, worked_names());
  throw UserError(ExitCode::recipe, {std::move(error)});
}

void write_new(const std::string& path, const std::string& text) {
  if (path == "-") {
    std::fputs(text.c_str(), stdout);
    return;
  }
  if (exists(path))
    throw UserError(ExitCode::io, "file-exists", path, "is there already",
                    "name another file: dltrain new ... OUT.toml");
  OutputFile file(path, OutputFile::Mode::create_new);
  file.write(text);
  file.sync();
  file.close();
}

// `draft`: of data that was looked at; null: a copy of a worked recipe.
void report(const std::string& path, const std::string& what, const Draft* draft, const CommonOptions& common) {
  const std::string predicted = draft != nullptr ? draft->predicted : "";
  const std::string left_out = draft != nullptr ? draft->left_out : "";
  if (path == "-") return;
  if (common.json) {
    Table line;
    line.set("event", "new");
    line.set("version", 1);
    line.set("recipe", path);
    line.set("data", what);
    if (!predicted.empty()) line.set("predicted", predicted);
    if (!left_out.empty()) line.set("left_out", left_out);
    print_line(line);
  } else if (!common.quiet) {
    std::printf("%s\n", what.c_str());
    if (!predicted.empty()) std::printf("predicted: %s; another one: --target COLUMN\n", predicted.c_str());
    if (!left_out.empty()) std::printf("left out: %s\n", left_out.c_str());
    std::printf("wrote %s\nnext: read it, then dltrain check %s and dltrain fit %s\n", path.c_str(), path.c_str(),
                path.c_str());
  }
}

// That OUT is a recipe to write, and can be written: data are named with --data.
void check_output(const NewOptions& options) {
  const std::string& path = options.output;
  if (path.empty() || path == "-") return;
  if (!path.ends_with(".toml")) {
    throw UserError(ExitCode::recipe, "command-line", "dltrain new",
                    "OUT is the recipe to write, and its name ends in .toml (was " + quote(path) + ")",
                    exists(path) ? "to write one for data that are there: dltrain new --data " + path
                                 : "write " + path.substr(0, path.find('.', path.rfind('/') + 1)) + ".toml");
  }
  const std::string folder = parent_path(path);
  if (!folder.empty() && !is_directory(folder))
    throw UserError(ExitCode::io, "no-such-path", path, "there is no folder " + quote(folder), "make it first");
}

ExitCode make_new(const NewOptions& options, const CommonOptions& common) {
  check_output(options);
  if (!options.data.empty() && !options.like.empty()) {
    throw UserError(ExitCode::recipe, "command-line", "dltrain new", "--data and --like do not go together",
                    "--data writes a recipe for your data, --like copies a worked one");
  }
  if (options.data.empty()) {
    const std::string name = options.like.empty() ? "digits" : options.like;
    if (!options.target.empty())
      throw UserError(ExitCode::recipe, "command-line", "dltrain new", "--target goes with --data only",
                      "name the data: --data PATH");
    const std::string text = text_like(name);
    const std::string path = !options.output.empty() ? options.output
                             : options.like.empty()  ? "recipe.toml"
                                                     : name + ".toml";
    write_new(path, text);
    report(path, text.substr(2, text.find('\n') - 2), nullptr, common);
    return ExitCode::ok;
  }
  const std::string path = options.output.empty() ? recipe_name(options.data) : options.output;
  if (path != "-" && exists(path)) write_new(path, "");  // refuses before the data are read
  const Draft draft = draft_of(place_of(options.data, path == "-" ? "" : path), options.target);
  const std::string text = models::formatted(path, recipe_text(draft, path == "-" ? "RECIPE" : file_name(path)));
  for (const Diagnostic& warning : try_recipe(path == "-" ? "recipe.toml" : path, text)) print_message(warning);
  write_new(path, text);
  report(path, draft.title, &draft, common);
  return ExitCode::ok;
}

}  // namespace

void register_new(CommandLine& line) {
  Command& command =
      line.add(Group::write, "new", "write a first recipe, from a look at your data or from a worked one");
  NewOptions& options = command.values<NewOptions>();
  command
      .argument(
          "OUT", &options.output,
          "the recipe to write, which must not be there yet; - is standard output (default: by the name of the data)")
      .offer(Offer::files);
  command.option(
      "--data", &options.data, "PATH",
      "a CSV, NPY or NPZ file, a folder of MNIST's files, or a folder with one folder of images for each class");
  command.option("--target", &options.target, "COLUMN",
                 "the column of a table to predict: its name, or its number from 0, negative from the end "
                 "(default: one called target, label, class ..., else the last one)");
  command.option("--like", &options.like, "NAME", "copy a worked recipe: " + join(worked_names(), ", "))
      .choices(worked_names());
  command.examples = {"dltrain new --data flowers.csv", "dltrain new --data photos/ photos.toml",
                      "dltrain new --like mnist_cnn"};
  command.notes = {"What was decided, and why, stands in the recipe."};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return make_new(options, common); };
}

}  // namespace dltrain::app
