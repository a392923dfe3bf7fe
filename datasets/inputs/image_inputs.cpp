#include <numeric>

#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/files.h"
#include "datasets/gather.h"
#include "datasets/images/image_files.h"
#include "datasets/inputs/kinds.h"

namespace dltrain::datasets {

namespace {

class ImageInputs : public InputStream {
 public:
  ImageInputs(std::vector<std::string> paths, const std::string& root, const InputContract& contract)
      : paths_(std::move(paths)), root_(root.empty() || root.ends_with('/') ? root : root + "/"), contract_(contract) {
    const Shape& shape = contract.field.shape;
    if (shape.rank() != 3 || (shape[2] != 1 && shape[2] != 3)) {
      throw UserError(ExitCode::data, "input-mismatch", paths_[0],
                      "is an image, but the model's input \"" + contract.field.name + "\" takes " + shape.text());
    }
    form_ = {shape[0], shape[1], shape[2] == 1, true, interpolation(contract.preparation.interpolation)};
  }

  bool next(int64_t count, Batch& batch) override {
    const auto first = static_cast<size_t>(next_);
    const size_t got = std::min(to_size(count), paths_.size() - first);
    Array pixels(DType::u8, Shape{static_cast<int64_t>(got)}.concat(contract_.field.shape));
    const std::vector<ImageError> errors = for_each_image(
        got,
        [&](size_t i) {
          load_image(paths_[first + i], form_, std::span(pixels.bytes).subspan(i * form_.bytes(), form_.bytes()));
        },
        nullptr);
    if (!errors.empty()) throw UserError(ExitCode::data, {errors.front().error});
    batch.size = static_cast<int64_t>(got);
    batch.inputs.resize(1);
    reshape_buffer(batch.inputs[0], DType::f32, pixels.shape);
    std::vector<int64_t> all(got);
    std::iota(all.begin(), all.end(), int64_t{0});
    gather_rows(pixels, all, contract_.preparation.scale, contract_.preparation.offset, batch.inputs[0]);
    batch.rows.resize(got);
    std::iota(batch.rows.begin(), batch.rows.end(), next_);
    names_.clear();
    for (size_t i = 0; i < got; ++i) names_.push_back(relative(paths_[first + i]));
    next_ += batch.size;
    return got > 0;
  }

 private:
  static formats::Interpolation interpolation(const std::string& name) {
    if (name == "area") return formats::Interpolation::area;
    if (name == "nearest") return formats::Interpolation::nearest;
    return formats::Interpolation::bilinear;
  }

  std::string relative(const std::string& path) const {
    return path.starts_with(root_) ? path.substr(root_.size()) : path;
  }

  std::vector<std::string> paths_;
  std::string root_;
  InputContract contract_;
  ImageForm form_;
  int64_t next_ = 0;
};

}  // namespace

std::unique_ptr<InputStream> image_inputs(std::vector<std::string> paths, const std::string& root,
                                          const DataContract& contract) {
  return std::make_unique<ImageInputs>(std::move(paths), root, only_input(contract, root));
}

}  // namespace dltrain::datasets
