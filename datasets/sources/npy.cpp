// Arrays in NPY files.
#include "formats/npy/npy.h"

#include <algorithm>

#include "core/diagnostic.h"
#include "core/text.h"
#include "datasets/array_source.h"
#include "datasets/class_names.h"
#include "datasets/locate.h"

namespace dltrain::datasets {

namespace {

struct Npy : Source {
  static constexpr auto kind = "npy";
  ArrayNames x;
  ArrayNames y;
  std::optional<std::string> weight;
  std::optional<double> scale;
  std::vector<std::string> classes;

  static void describe(auto& d) {
    d.doc(
        "Arrays in NPY files (numpy.save), the sample as first axis. Integers in \"y\", one for each sample, are class "
        "numbers.");
    d.param(&Npy::x, "x", "path of the samples; a table of paths by input for a model with several").required().path();
    d.param(&Npy::y, "y", "path of the targets; a table of paths by output; or \"input\" for an autoencoder")
        .required()
        .path();
    d.param(&Npy::weight, "weight", "path of the sample weights").path();
    d.param(&Npy::scale, "scale",
            "factor of the samples; default: 1/255 for images of bytes, which gives 0 to 1, else 1");
    d.param(&Npy::classes, "classes", "names of the classes, in the order of their numbers");
  }

  void check(FieldReport& report) const { check_class_names(classes, report); }

  SampleSets load(const LoadRequest& request) const override {
    const auto read = [&](const std::string& name) {
      if (!is_given(name) && !can_locate(name, request)) refuse(name, request);
      const std::string path = locate(name, request);
      return read_array(formats::open_npy(path), path, request);
    };
    const auto exists = [&](const std::string& name) { return can_locate(name, request); };
    return load_arrays({x, y, weight, scale, classes}, request, read, exists);
  }

 private:
  // Whether the recipe gives this path; else it is the name of an input or an output.
  bool is_given(const std::string& path) const {
    const auto is_it = [&](const ArrayNames::Entry& entry) { return entry.name == path; };
    return std::ranges::any_of(x.entries, is_it) || std::ranges::any_of(y.entries, is_it) || weight == path;
  }

  [[noreturn]] static void refuse(const std::string& name, const LoadRequest& request) {
    std::vector<std::string> outputs;
    for (const TargetRequest& target : request.targets) outputs.push_back(target.name);
    const bool is_output = std::ranges::find(outputs, name) != outputs.end();
    std::vector<std::string> files;
    for (const std::string& each : is_output ? outputs : request.input_names)
      files.push_back(toml_key(each) + " = \"FILE.npy\"");
    throw UserError(ExitCode::recipe, "undeclared-inputs", "source npy",
                    "no file is given for the " + std::string(is_output ? "output " : "input ") + quote(name),
                    "write " + std::string(is_output ? "y" : "x") + " = { " + join(files, ", ") + " }");
  }
};

}  // namespace

void register_npy(SourceRegistry& registry) { registry.add<Npy>(); }

}  // namespace dltrain::datasets
