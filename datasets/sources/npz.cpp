// Arrays in an NPZ file.
#include "formats/npy/npz.h"
#include "datasets/array_source.h"
#include "datasets/class_names.h"
#include "datasets/locate.h"

namespace dltrain::datasets {

namespace {

struct Npz : Source {
  static constexpr auto kind = "npz";
  std::string file;
  ArrayNames x{{{"", "x"}}};
  ArrayNames y{{{"", "y"}}};
  std::optional<std::string> weight;
  std::optional<double> scale;
  std::vector<std::string> classes;

  static void describe(auto& d) {
    d.doc(
        "Arrays in an NPZ file (numpy.savez), the sample as first axis: \"x\" and \"y\" unless named otherwise. A "
        "model with "
        "several inputs or outputs takes the arrays of their names. Integers in \"y\", one for each sample, are class "
        "numbers.");
    d.param(&Npz::file, "file", "path of the file").required().path();
    d.param(&Npz::x, "x", "the array of the samples; a table by input, where names differ");
    d.param(&Npz::y, "y",
            "the array of the targets; a table by output, where names differ; or \"input\" for an autoencoder");
    d.param(&Npz::weight, "weight", "the array of sample weights");
    d.param(&Npz::scale, "scale",
            "factor of the samples; default: 1/255 for images of bytes, which gives 0 to 1, else 1");
    d.param(&Npz::classes, "classes", "names of the classes, in the order of their numbers");
  }

  void check(FieldReport& report) const { check_class_names(classes, report); }

  SampleSets load(const LoadRequest& request) const override {
    formats::NpzFile npz(locate(file, request));
    const auto read = [&](const std::string& name) {
      return read_array(npz.open(name), npz.path() + ":" + name, request);
    };
    const auto exists = [&](const std::string& name) { return npz.contains(name); };
    return load_arrays({x, y, weight, scale, classes}, request, read, exists);
  }
};

}  // namespace

void register_npz(SourceRegistry& registry) { registry.add<Npz>(); }

}  // namespace dltrain::datasets
