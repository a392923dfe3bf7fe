#include "datasets/images/image_store.h"

#include <numeric>

#include "core/checked.h"
#include "core/files.h"
#include "datasets/gather.h"

namespace dltrain::datasets {

namespace {

class ImageStore : public FieldStore {
 public:
  ImageStore(std::vector<std::string> paths, const ImageForm& form, double scale)
      : paths_(std::move(paths)), form_(form), scale_(scale) {}

  int64_t rows() const override { return static_cast<int64_t>(paths_.size()); }

  void gather(std::span<const int64_t> rows, Array& out) const override {
    Array pixels(DType::u8, Shape{static_cast<int64_t>(rows.size()), form_.height, form_.width, form_.channels()});
    const std::vector<ImageError> errors = for_each_image(
        rows.size(),
        [&](size_t i) {
          load_image(paths_[to_size(rows[i])], form_,
                     std::span(pixels.bytes).subspan(i * form_.bytes(), form_.bytes()));
        },
        nullptr);
    if (!errors.empty()) throw UserError(ExitCode::data, {errors.front().error});
    std::vector<int64_t> all(rows.size());
    std::iota(all.begin(), all.end(), int64_t{0});
    gather_rows(pixels, all, scale_, 0, out);
  }

  void add_to(Sha256& hash) const override {
    for (const std::string& path : paths_) {
      const std::string line = file_name(parent_path(path)) + "/" + file_name(path) + " " +
                               std::to_string(InputFile(path, ExitCode::data).size()) + "\n";
      hash.update(std::as_bytes(std::span(line)));
    }
  }

 private:
  std::vector<std::string> paths_;
  ImageForm form_;
  double scale_;
};

}  // namespace

std::unique_ptr<FieldStore> image_store(std::vector<std::string> paths, const ImageForm& form, double scale) {
  return std::make_unique<ImageStore>(std::move(paths), form, scale);
}

}  // namespace dltrain::datasets
