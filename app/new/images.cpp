// A draft for a folder of images.
#include <algorithm>
#include <optional>

#include "app/new/kinds.h"
#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"
#include "datasets/images/image_files.h"

namespace dltrain::app {

namespace {

struct Sizes {
  std::vector<int64_t> heights, widths;
  bool grey = true;
  int64_t bad = 0;  // that cannot be read

  bool same() const {
    const auto all_equal = [](const std::vector<int64_t>& list) {
      return std::ranges::all_of(list, [&](int64_t each) { return each == list[0]; });
    };
    return all_equal(heights) && all_equal(widths);
  }
};

constexpr size_t looked_at = 2000;  // images whose headers are read

Sizes sizes_of(const std::vector<std::string>& paths) {
  Sizes sizes;
  const size_t step = std::max<size_t>(1, paths.size() / looked_at);
  const formats::ImageLimits limits;
  std::optional<UserError> first;
  for (size_t i = 0; i < paths.size(); i += step) {
    try {
      const formats::ImageInfo info =
          formats::inspect_image(read_file(paths[i], ExitCode::data, limits.file), paths[i], limits);
      sizes.heights.push_back(info.height);
      sizes.widths.push_back(info.width);
      sizes.grey = sizes.grey && info.grey;
    } catch (const UserError& error) {
      ++sizes.bad;
      if (!first) first = error;
    }
  }
  if (sizes.heights.empty()) throw UserError(*first);
  return sizes;
}

// The one in the middle, as a multiple of 8 that a first try can afford.
int64_t middle(std::vector<int64_t> sizes) {
  std::ranges::sort(sizes);
  return std::clamp<int64_t>(sizes[sizes.size() / 2] / 8 * 8, 8, 96);
}

struct Classes {
  std::vector<std::string> names, paths;
  int64_t most = 0;
};

Classes classes_in(const std::string& folder) {
  Classes classes;
  for (const std::string& name : list_directory(folder, ExitCode::data)) {
    const std::string path = join_path(folder, name);
    if (!datasets::can_be_class(name) || !is_directory(path)) continue;
    int64_t others = 0;
    const std::vector<std::string> images = datasets::find_images(path, others);
    classes.names.push_back(name);
    classes.most = std::max<int64_t>(classes.most, static_cast<int64_t>(images.size()));
    classes.paths.insert(classes.paths.end(), images.begin(), images.end());
  }
  return classes;
}

}  // namespace

Draft draft_of_images(const DataPlace& place) {
  const std::string train = join_path(place.path, "train");
  const bool has_parts = is_directory(train);
  const Classes classes = classes_in(has_parts ? train : place.path);
  if (classes.names.size() < 2 || classes.paths.empty()) {
    throw UserError(ExitCode::data, "class-folders", has_parts ? train : place.path,
                    classes.paths.empty() ? "holds no images" : "has the images of a single class",
                    "each class is a folder with its images (PNG, JPEG, BMP)");
  }
  const Sizes sizes = sizes_of(classes.paths);
  Draft draft;
  draft.sample = {sizes.heights[0], sizes.widths[0], sizes.grey ? 1 : 3};
  draft.samples = static_cast<int64_t>(classes.paths.size());
  draft.task = {Task::Kind::classes, static_cast<int64_t>(classes.names.size()),
                static_cast<double>(classes.most) / static_cast<double>(classes.paths.size())};
  draft.data = {"type = \"images\"", "directory = " + quote(place.written)};
  if (sizes.bad > 0)
    draft.data.push_back("on_error = \"skip\"  # leaves out images that cannot be read: " + std::to_string(sizes.bad) +
                         " of those that were looked at");
  if (!sizes.same()) {
    draft.sample[0] = middle(sizes.heights);
    draft.sample[1] = middle(sizes.widths);
    draft.data.push_back("# Images of different sizes are brought to one: height, width.");
    draft.data.push_back("image_size = [" + std::to_string(draft.sample[0]) + ", " + std::to_string(draft.sample[1]) +
                         "]");
  }
  if (has_parts) {
    draft.has_test = is_directory(join_path(place.path, "test"));
    draft.has_validation =
        is_directory(join_path(place.path, "validation")) || is_directory(join_path(place.path, "val"));
    draft.data.push_back("# Its folders train, validation and test are the parts, as far as they are there.");
  }
  draft.title = file_name(place.path) + ": " + counted(draft.samples, "image") + " " + draft.sample.text() + ", " +
                task_text(draft.task) + ".";
  return draft;
}

}  // namespace dltrain::app
