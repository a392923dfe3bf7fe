// Images or other arrays with labels in IDX files: MNIST's format.
#include "formats/idx/idx.h"
#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"
#include "datasets/array_source.h"
#include "datasets/array_store.h"
#include "datasets/class_names.h"
#include "datasets/labels.h"
#include "datasets/locate.h"
#include "datasets/pixels.h"
#include "datasets/source.h"

namespace dltrain::datasets {

namespace {

struct Idx : Source {
  static constexpr auto kind = "idx";
  std::optional<std::string> directory;
  std::optional<std::string> images;
  std::optional<std::string> labels;
  std::optional<double> scale;
  std::vector<std::string> classes;

  static void describe(auto& d) {
    d.doc(
        "Samples and labels in IDX files, MNIST's format (also gzip-compressed). Images [28, 28] become [28, 28, 1].");
    d.param(&Idx::directory, "directory",
            "a folder with train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and "
            "t10k-labels-idx1-ubyte (or .gz); the t10k files are the test part")
        .path();
    d.param(&Idx::images, "images", "path of the samples, instead of directory").path();
    d.param(&Idx::labels, "labels", "path of the labels, instead of directory").path();
    d.param(&Idx::scale, "scale",
            "factor of all values; default: 1/255 for images of bytes, which gives 0 to 1, else 1");
    d.param(&Idx::classes, "classes", "names of the classes, in the order of their numbers");
  }

  void check(FieldReport& report) const {
    check_class_names(classes, report);
    if (directory.has_value() == (images.has_value() || labels.has_value())) {
      report.error("", "give either directory, or images and labels");
    } else if (images.has_value() != labels.has_value()) {
      report.missing_key(images ? "labels" : "images", "images and labels belong together");
    }
  }

  SampleSets load(const LoadRequest& request) const override {
    SampleSets sets;
    if (!directory) {
      sets.train = read(locate(*images, request), locate(*labels, request), request, sets.notes);
      return sets;
    }
    const auto path = [&](const std::string& name) {
      const std::string plain = join_path(*directory, name);
      return locate(can_locate(plain + ".gz", request) ? plain + ".gz" : plain, request);
    };
    sets.train = read(path("train-images-idx3-ubyte"), path("train-labels-idx1-ubyte"), request, sets.notes);
    const std::string test = join_path(*directory, "t10k-images-idx3-ubyte");
    if (!can_locate(test, request) && !can_locate(test + ".gz", request)) return sets;
    const DataContract fixed{{}, {{sets.train.targets[0].field, {}}}};
    LoadRequest test_request = request;
    if (request.contract == nullptr) test_request.contract = &fixed;
    std::vector<std::string> same_notes;
    sets.test = read(path("t10k-images-idx3-ubyte"), path("t10k-labels-idx1-ubyte"), test_request, same_notes);
    return sets;
  }

 private:
  Samples read(const std::string& image_path, const std::string& label_path, const LoadRequest& request,
               std::vector<std::string>& notes) const {
    LabelledArray read_values = read_array(formats::open_idx(image_path), image_path, request);
    LabelledArray read_numbers = read_array(formats::open_idx(label_path), label_path, request);
    if (read_values.samples != read_numbers.samples) {
      throw UserError(ExitCode::data, "sample-counts", label_path,
                      "has " + count_text(read_numbers.samples) + " labels, but " + image_path + " has " +
                          count_text(read_values.samples) + " samples",
                      "take the files that belong together");
    }
    Array values = std::move(read_values.array), numbers = std::move(read_numbers.array);
    if (values.shape.rank() == 3) values.shape = values.shape.concat({1});  // grey images
    Samples samples;
    samples.name = image_path;
    samples.count = read_values.samples;
    const double factor = pixel_scale(values, scale, request.contract, 0, image_path, notes);
    const TargetRequest& wanted = request.targets[0];
    const DataField* fixed = request.contract != nullptr ? &request.contract->targets.at(0).field : nullptr;
    const std::string input = request.input_names.empty() ? "input" : request.input_names[0];
    samples.inputs.push_back(array_input(input, std::move(values), factor, 0, image_path));
    samples.targets.push_back(array_target(wanted.name, std::move(numbers), wanted.kind, fixed, classes, label_path));
    return samples;
  }
};

}  // namespace

void register_idx(SourceRegistry& registry) { registry.add<Idx>(); }

}  // namespace dltrain::datasets
