#include "datasets/images/image_set.h"

#include <algorithm>

#include "core/checked.h"
#include "core/files.h"
#include "core/read_fields.h"
#include "core/text.h"
#include "datasets/array_store.h"
#include "datasets/images/image_store.h"
#include "datasets/pixels.h"

namespace dltrain::datasets {

namespace {

// Thrown out of a pass that took all images for grey.
struct ColourFound {};

class ImageSetLoader {
 public:
  ImageSetLoader(const std::string& folder, const ImageSetOptions& options, const LoadRequest& request,
                 std::vector<std::string>& notes)
      : folder_(folder), options_(options), request_(request), notes_(notes) {}

  Samples load() {
    if (options_.target_is_input) {
      add_images(folder_, 0);
    } else {
      find_classes();
    }
    if (files_.empty())
      throw UserError(ExitCode::data, "no-samples", folder_, "holds no images (.png, .jpg, .jpeg, .bmp)");
    if (others_ > 0)
      notes_.push_back(file_name(folder_) + ": " + counted(others_, "file") + " without the name of an image left out");
    choose_form();
    if (request_.headers_only) return finish();  // the first image stands for all
    try {
      decode();
    } catch (const ColourFound&) {
      form_.grey = false;
      decode();
    }
    return finish();
  }

 private:
  void add_images(const std::string& folder, int32_t label) {
    for (std::string& path : find_images(folder, others_)) {
      files_.push_back({std::move(path), 0});
      labels_.push_back(label);
    }
  }

  const DataField* fixed_target() const {
    return request_.contract != nullptr ? &request_.contract->targets.at(0).field : nullptr;
  }

  void find_classes() {
    std::vector<std::string> folders;
    for (const std::string& name : list_directory(folder_, ExitCode::data)) {
      if (can_be_class(name) && is_directory(join_path(folder_, name))) folders.push_back(name);
    }
    if (folders.empty()) {
      throw UserError(ExitCode::data, "class-folders", folder_,
                      "has no folders; each class is a folder with its images",
                      "move the images into one folder for each class, or write target = \"input\" for an autoencoder");
    }
    classes_ = folders;
    if (!options_.classes.empty()) classes_ = options_.classes;
    if (fixed_target() != nullptr) classes_ = fixed_target()->class_names;
    for (const std::string& name : folders) {
      if (std::find(classes_.begin(), classes_.end(), name) != classes_.end()) continue;
      Diagnostic error{Severity::error, "class-folders", {}, join_path(folder_, name), "is not the folder of a class"};
      suggest(error, name, classes_);
      error.help = fixed_target() != nullptr ? "the training part has no such class"
                                             : "add it to classes = [...], or move it away";
      throw UserError(ExitCode::data, {error});
    }
    for (size_t i = 0; i < classes_.size(); ++i) {
      const std::string path = join_path(folder_, classes_[i]);
      if (is_directory(path)) add_images(path, static_cast<int32_t>(i));
    }
  }

  const InputContract* fixed_input() const {
    return request_.contract != nullptr && !request_.contract->inputs.empty() ? &request_.contract->inputs[0] : nullptr;
  }

  // Size and colours, as far as they can be known before all images are seen.
  void choose_form() {
    form_.interpolation = options_.interpolation;
    form_.grey = options_.color_mode == ColorMode::grayscale;
    grey_unless_seen_ = options_.color_mode == ColorMode::automatic;
    if (options_.image_size) {
      form_.height = (*options_.image_size)[0];
      form_.width = (*options_.image_size)[1];
      form_.resize = true;
    }
    if (const InputContract* fixed = fixed_input(); fixed != nullptr && fixed->field.shape.rank() == 3) {
      form_.height = fixed->field.shape[0];
      form_.width = fixed->field.shape[1];
      form_.grey = fixed->field.shape[2] == 1;
      form_.resize = form_.resize || fixed->preparation.interpolation.size() > 0;
      grey_unless_seen_ = false;
      return;
    }
    if (options_.image_size && !grey_unless_seen_) return;
    const formats::ImageInfo first = first_image();
    if (!options_.image_size) {
      form_.height = first.height;
      form_.width = first.width;
    }
    if (grey_unless_seen_) form_.grey = first.grey;
  }

  // The first image that can be read.
  formats::ImageInfo first_image() const {
    const formats::ImageLimits limits;
    for (const ImageFile& file : files_) {
      try {
        return formats::inspect_image(read_image_file(file.path), file.path, limits);
      } catch (const UserError& error) {
        if (options_.on_error == OnBadImage::error || error.code() != ExitCode::data) throw;
      }
    }
    throw UserError(ExitCode::data, "no-samples", folder_, "holds no image that can be read");
  }

  bool fits_in_memory() const { return files_.size() <= options_.cache / form_.bytes(); }

  // All images once: into memory if they fit, else only to see that they can be read.
  void decode() {
    const bool keep = fits_in_memory();
    const auto count = static_cast<int64_t>(files_.size());
    pixels_ = keep ? Array(DType::u8, Shape{count, form_.height, form_.width, form_.channels()}) : Array();
    const formats::ImageLimits limits;
    std::atomic<bool> colour = false;
    const auto work = [&](size_t i) {
      if (colour) return;
      const std::vector<std::byte> file = read_image_file(files_[i].path);
      files_[i].size = file.size();
      if (form_.grey && grey_unless_seen_ && !formats::inspect_image(file, files_[i].path, limits).grey) {
        colour = true;
        return;
      }
      std::vector<std::byte> unused(keep ? 0 : form_.bytes());
      const std::span<std::byte> pixels =
          keep ? std::span(pixels_.bytes).subspan(i * form_.bytes(), form_.bytes()) : std::span(unused);
      decode_image_file(file, files_[i].path, form_, pixels);
    };
    const std::vector<ImageError> errors = for_each_image(files_.size(), work, request_.stop);
    if (colour) throw ColourFound();
    if (!errors.empty()) leave_out(errors);
  }

  static bool is_of_another_size(const ImageError& error) { return error.error.code == Code("image-size"); }

  void leave_out(const std::vector<ImageError>& errors) {
    if (options_.on_error == OnBadImage::error) {
      constexpr size_t most_shown = 10;
      Diagnostics all;
      for (size_t i = 0; i < std::min(errors.size(), most_shown); ++i) all.add(errors[i].error);
      if (errors.size() > 1) {
        all.error("unreadable-file", {}, folder_,
                  count_text(static_cast<int64_t>(errors.size())) + " of " +
                      count_text(static_cast<int64_t>(files_.size())) + " images cannot be used" +
                      (errors.size() > most_shown ? "; the first 10 are shown" : ""))
            .help = std::ranges::all_of(errors, is_of_another_size)
                        ? "image_size = [height, width] under [data] scales them all"
                        : "on_error = \"skip\" leaves bad images out";
      }
      all.throw_if_errors(ExitCode::data);
    }
    if (errors.size() == files_.size())
      throw UserError(ExitCode::data, "no-samples", folder_, "holds no image that can be used");
    const Diagnostic& first = errors.front().error;
    notes_.push_back(file_name(folder_) + ": " + count_text(static_cast<int64_t>(errors.size())) + " of " +
                     count_text(static_cast<int64_t>(files_.size())) +
                     " images cannot be used and were left out (on_error = \"skip\"); the first: " + first.who + ": " +
                     first.what);
    remove_images(errors);
  }

  void remove_images(const std::vector<ImageError>& errors) {
    size_t to = 0, next_error = 0;
    for (size_t from = 0; from < files_.size(); ++from) {
      if (next_error < errors.size() && errors[next_error].image == from) {
        ++next_error;
        continue;
      }
      if (to != from) {
        files_[to] = std::move(files_[from]);
        labels_[to] = labels_[from];
        if (!pixels_.bytes.empty())
          std::copy_n(pixels_.bytes.begin() + offset(from), form_.bytes(), pixels_.bytes.begin() + offset(to));
      }
      ++to;
    }
    files_.resize(to);
    labels_.resize(to);
    if (pixels_.bytes.empty()) return;
    pixels_.shape[0] = static_cast<int64_t>(to);
    pixels_.bytes.resize(to * form_.bytes());
  }

  ptrdiff_t offset(size_t image) const { return static_cast<ptrdiff_t>(image * form_.bytes()); }

  Samples finish() {
    Samples samples;
    samples.name = folder_;
    samples.count = static_cast<int64_t>(files_.size());
    const Array described{DType::u8, Shape{0, form_.height, form_.width, form_.channels()}};
    const double scale = pixel_scale(described, options_.scale, fixed_input() != nullptr ? request_.contract : nullptr,
                                     0, folder_, notes_);
    InputField input;
    input.field.name = request_.input_names.empty() ? "input" : request_.input_names[0];
    input.field.shape = described.shape.from(1);
    input.preparation.scale = scale;
    input.preparation.color_mode = form_.grey ? "grayscale" : "rgb";
    constexpr const char* names[] = {"bilinear", "area", "nearest"};
    if (form_.resize) input.preparation.interpolation = names[static_cast<size_t>(form_.interpolation)];
    input.store =
        fits_in_memory() ? array_store(std::move(pixels_), scale) : image_store(std::move(files_), form_, scale);
    samples.targets.push_back(finish_target(input.field));
    samples.inputs.push_back(std::move(input));
    return samples;
  }

  TargetField finish_target(const DataField& input) const {
    TargetField target;
    target.field = input;
    target.field.name = request_.targets[0].name;
    if (options_.target_is_input) {
      target.input = 0;
      return target;
    }
    target.field.dtype = DType::i32;
    target.field.shape = {};
    target.field.classes = static_cast<int64_t>(classes_.size());
    target.field.class_names = classes_;
    target.values = Array(DType::i32, Shape{static_cast<int64_t>(labels_.size())});
    std::ranges::copy(labels_, target.values.as<int32_t>().begin());
    return target;
  }

  const std::string& folder_;
  const ImageSetOptions& options_;
  const LoadRequest& request_;
  std::vector<std::string>& notes_;
  std::vector<ImageFile> files_;
  std::vector<int32_t> labels_;
  std::vector<std::string> classes_;
  int64_t others_ = 0;
  ImageForm form_;
  bool grey_unless_seen_ = false;
  Array pixels_;
};

}  // namespace

Samples load_image_set(const std::string& folder, const ImageSetOptions& options, const LoadRequest& request,
                       std::vector<std::string>& notes) {
  return ImageSetLoader(folder, options, request, notes).load();
}

}  // namespace dltrain::datasets
