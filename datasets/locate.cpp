#include "datasets/locate.h"

#include <cstdlib>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/module.h"

namespace dltrain::datasets {

namespace {

std::string data_folder() {
  const char* folder = std::getenv("DLTRAIN_DATA");
  return folder != nullptr ? folder : "";
}

// Where well-known sets come from, by a part of their file names.
std::string origin(const std::string& path) {
  static constexpr std::pair<std::string_view, std::string_view> known[] = {
      {"fashion", "Fashion-MNIST comes from github.com/zalandoresearch/fashion-mnist"},
      {"mnist", "MNIST comes from yann.lecun.com/exdb/mnist (four .gz files)"},
      {"idx3-ubyte", "MNIST comes from yann.lecun.com/exdb/mnist (four .gz files)"},
      {"cifar", "CIFAR comes from www.cs.toronto.edu/~kriz/cifar.html"},
      {"housing", "Boston housing comes from lib.stat.cmu.edu/datasets/boston"},
      {"adult", "Adult comes from archive.ics.uci.edu/dataset/2/adult"},
      {"pima", "Pima diabetes comes from the UCI Machine Learning Repository"}};
  for (const auto& [part, text] : known) {
    if (path.find(part) != std::string::npos) return std::string(text);
  }
  return {};
}

std::string find(const std::string& path, const std::string& recipe_folder) {
  const std::string beside = join_path(recipe_folder, path);
  if (exists(beside)) return beside;
  const std::string folder = data_folder();
  if (!folder.empty() && !path.starts_with('/')) {
    std::string there = join_path(folder, path);
    if (exists(there)) return there;
  }
  return {};
}

}  // namespace

bool can_locate(const std::string& path, const LoadRequest& request) {
  return !find(path, request.recipe_folder).empty();
}

std::string locate(const std::string& path, const LoadRequest& request) {
  std::string found = find(path, request.recipe_folder);
  if (!found.empty()) return found;
  std::string from = origin(path);
  if (!from.empty()) from = "; " + from;
  if (path.starts_with('/'))
    throw UserError(ExitCode::data, "no-data-file", path, "there is no such file or folder", "correct the path" + from);
  const std::string folder = data_folder();
  throw UserError(ExitCode::data, "no-data-file", path,
                  "there is no such file or folder: not " + join_path(request.recipe_folder, path) +
                      (folder.empty() ? ", and $DLTRAIN_DATA, where it could be, is not set"
                                      : ", and not " + join_path(folder, path) + " (from $DLTRAIN_DATA)"),
                  "put it beside the recipe, or set DLTRAIN_DATA to the folder that holds it" + from);
}

std::string builtin_path(const std::string& name) {
  std::string path = join_path(library_folder(), "data/" + name);
  if (exists(path)) return path;
  throw UserError(ExitCode::data, "no-data-file", path, "this data set ships with dltrain, but the file is not there",
                  "build dltrain again, or put the folder \"data\" back beside the program");
}

}  // namespace dltrain::datasets
