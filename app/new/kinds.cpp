#include "app/new/kinds.h"

#include <algorithm>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"
#include "datasets/images/image_files.h"
#include "formats/images/image.h"

namespace dltrain::app {

namespace {

constexpr const char* what_there_is =
    "a CSV file, an NPZ file, a folder with x.npy and y.npy, a folder of MNIST's files, or a folder with one folder of "
    "images for each class";

bool ends_like(std::string name, std::initializer_list<const char*> endings) {
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::ranges::any_of(endings, [&](const char* ending) { return name.ends_with(ending); });
}

DataPlace inside(const DataPlace& place, const std::string& name) {
  return {join_path(place.path, name), join_path(place.written, name)};
}

DataPlace folder_of(const DataPlace& place) {
  const auto folder = [](const std::string& path) { return parent_path(path).empty() ? "." : parent_path(path); };
  return {folder(place.path), folder(place.written)};
}

bool has(const DataPlace& folder, const std::string& name) { return exists(join_path(folder.path, name)); }

bool has_idx(const DataPlace& folder) {
  return has(folder, "train-images-idx3-ubyte") || has(folder, "train-images-idx3-ubyte.gz");
}

// The targets that belong to x.npy.
Draft draft_of_array(const DataPlace& x) {
  const std::string name = file_name(x.path);
  const DataPlace folder = folder_of(x);
  for (const auto& [from, to] : std::initializer_list<std::pair<std::string, std::string>>{
           {"x", "y"}, {"X", "y"}, {"images", "labels"}, {"data", "labels"}, {"features", "targets"}}) {
    if (!name.starts_with(from)) continue;
    const std::string other = to + name.substr(from.size());
    if (has(folder, other)) return draft_of_npy(x, inside(folder, other));
  }
  throw UserError(ExitCode::data, "unknown-data", x.path, "there are no targets beside it",
                  "x.npy takes its targets from y.npy, images.npy from labels.npy; or write the recipe by hand: "
                  "dltrain explain npy");
}

Draft draft_of_folder(const DataPlace& folder) {
  if (has_idx(folder)) return draft_of_idx(folder);
  for (const char* x : {"x.npy", "X.npy", "x_train.npy", "X_train.npy", "images.npy", "data.npy", "features.npy"}) {
    if (has(folder, x)) return draft_of_array(inside(folder, x));
  }
  std::vector<std::string> tables;
  bool folders = false;
  for (const std::string& name : list_directory(folder.path, ExitCode::data)) {
    folders = folders || (datasets::can_be_class(name) && is_directory(join_path(folder.path, name)));
    if (ends_like(name, {".csv", ".csv.gz", ".tsv", ".npz"})) tables.push_back(join_path(folder.path, name));
  }
  if (folders && tables.empty()) return draft_of_images(folder);
  throw UserError(ExitCode::data, "unknown-data", folder.path,
                  tables.empty() ? "holds no data that is known" : "is a folder with several kinds of data",
                  tables.empty()
                      ? std::string("known are ") + what_there_is
                      : "name one file: " + join(std::span(tables).first(std::min<size_t>(tables.size(), 3)), ", "));
}

}  // namespace

Draft draft_of(const DataPlace& place, const std::string& target) {
  const bool folder = is_directory(place.path);
  const bool table = !folder && ends_like(place.path, {".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".data", ".dat"});
  if (!table && !target.empty()) {
    throw UserError(ExitCode::recipe, "command-line", "dltrain new",
                    "--target is for tables (" + place.path + " is none)",
                    "leave it out: arrays and folders say themselves what is predicted");
  }
  if (table) return draft_of_table(place, target);
  if (folder) return draft_of_folder(place);
  if (ends_like(place.path, {".npz"})) return draft_of_npz(place);
  if (ends_like(place.path, {".npy"})) return draft_of_array(place);
  if (place.path.find("-ubyte") != std::string::npos && has_idx(folder_of(place)))
    return draft_of_idx(folder_of(place));
  if (formats::has_image_name(place.path)) {
    throw UserError(ExitCode::data, "unknown-data", place.path, "is a single image",
                    "name the folder that holds one folder of images for each class");
  }
  throw UserError(ExitCode::data, "unknown-data", place.path, "is not of a kind that is known by its name",
                  std::string("known are ") + what_there_is);
}

}  // namespace dltrain::app
