#include "datasets/images/image_store.h"

#include <numeric>

#include "core/checked.h"
#include "core/files.h"
#include "datasets/gather.h"

namespace dltrain::datasets {

namespace {

class ImageStore : public FieldStore {
 public:
  ImageStore(std::vector<ImageFile> files, const ImageForm& form, double scale)
      : files_(std::move(files)), form_(form), scale_(scale) {}

  int64_t rows() const override { return static_cast<int64_t>(files_.size()); }

  void gather(std::span<const int64_t> rows, Array& out) const override {
    Array pixels(DType::u8, Shape{static_cast<int64_t>(rows.size()), form_.height, form_.width, form_.channels()});
    const std::vector<ImageError> errors = for_each_image(
        rows.size(),
        [&](size_t i) {
          load_image(files_[to_size(rows[i])].path, form_,
                     std::span(pixels.bytes).subspan(i * form_.bytes(), form_.bytes()));
        },
        nullptr);
    if (!errors.empty()) throw UserError(ExitCode::data, {errors.front().error});
    std::vector<int64_t> all(rows.size());
    std::iota(all.begin(), all.end(), int64_t{0});
    gather_rows(pixels, all, scale_, 0, out);
  }

  void add_to(Sha256& hash) const override {
    for (const ImageFile& file : files_) {
      const std::string line =
          file_name(parent_path(file.path)) + "/" + file_name(file.path) + " " + std::to_string(file.size) + "\n";
      hash.update(std::as_bytes(std::span(line)));
    }
  }

 private:
  std::vector<ImageFile> files_;
  ImageForm form_;
  double scale_;
};

}  // namespace

std::unique_ptr<FieldStore> image_store(std::vector<ImageFile> files, const ImageForm& form, double scale) {
  return std::make_unique<ImageStore>(std::move(files), form, scale);
}

}  // namespace dltrain::datasets
