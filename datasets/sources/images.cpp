// Folders of images.
#include "core/diagnostic.h"
#include "core/files.h"
#include "datasets/class_names.h"
#include "datasets/images/image_set.h"
#include "datasets/images/names.h"
#include "datasets/locate.h"

namespace dltrain::datasets {

namespace {

struct Images : Source {
  static constexpr auto kind = "images";
  std::string directory;
  std::string target = "class";
  std::optional<std::array<int64_t, 2>> image_size;
  ColorMode color_mode = ColorMode::automatic;
  formats::Interpolation interpolation = formats::Interpolation::bilinear;
  std::optional<double> scale;
  OnBadImage on_error = OnBadImage::error;
  std::vector<std::string> classes;
  int64_t cache = 4096;

  static void describe(auto& d) {
    d.doc(
        "Images (PNG, JPEG, BMP) in one folder for each class. Where the directory has a folder \"train\", the classes "
        "are in "
        "there, and \"validation\" (or \"val\") and \"test\" are parts. Images become [height, width, 1 or 3].");
    d.param(&Images::directory, "directory", "path of the folder").required().path();
    d.param(&Images::target, "target",
            "\"class\": the name of the folder; \"input\": an autoencoder, folders mean nothing")
        .one_of({"class", "input"});
    d.param(&Images::image_size, "image_size",
            "height and width that all images are given; default: as they are, which must be the same for all")
        .at_least(1)
        .at_most(65535);
    d.param(&Images::color_mode, "color_mode",
            "channels: \"grayscale\" (1), \"rgb\" (3), or \"auto\": grey if all images are");
    d.param(&Images::interpolation, "interpolation",
            "how images are given another size; \"area\" averages, which is better for much smaller ones");
    d.param(&Images::scale, "scale", "factor of all pixels; default: 1/255, which gives 0 to 1");
    d.param(&Images::on_error, "on_error",
            "what happens to images that cannot be read: \"error\", or \"skip\": left out and counted");
    d.param(&Images::classes, "classes",
            "the folders that are classes in the order of their numbers; default: all, sorted");
    d.param(&Images::cache, "cache",
            "images are kept in memory if they take no more MiB than this, else read again for each batch")
        .at_least(0);
  }

  void check(FieldReport& report) const { check_class_names(classes, report); }

  SampleSets load(const LoadRequest& request) const override {
    const std::string path = locate(directory, request);
    if (!is_directory(path))
      throw UserError(ExitCode::data, "not-a-folder", path, "is not a folder",
                      "directory is the folder that holds the folders of the classes");
    SampleSets sets;
    const std::string train = join_path(path, "train");
    if (!is_directory(train)) {
      sets.train = load_image_set(path, options(), request, sets.notes);
      return sets;
    }
    sets.train = load_image_set(train, options(), request, sets.notes);
    const DataContract own{{{sets.train.inputs[0].field, sets.train.inputs[0].preparation}},
                           {{sets.train.targets[0].field, {}}}};
    LoadRequest other = request;
    if (request.contract == nullptr) other.contract = &own;
    for (const char* name : {"validation", "val"}) {
      if (const std::string folder = join_path(path, name); is_directory(folder))
        sets.validation = load_image_set(folder, options(), other, sets.notes);
    }
    if (const std::string folder = join_path(path, "test"); is_directory(folder))
      sets.test = load_image_set(folder, options(), other, sets.notes);
    return sets;
  }

 private:
  ImageSetOptions options() const {
    constexpr uint64_t mebibyte = uint64_t{1} << 20;
    return {image_size, color_mode, interpolation,     on_error,
            scale,      classes,    target == "input", static_cast<uint64_t>(cache) * mebibyte};
  }
};

}  // namespace

void register_images(SourceRegistry& registry) { registry.add<Images>(); }

}  // namespace dltrain::datasets
