#include "datasets/images/image_files.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>

#include "core/diagnostic.h"
#include "core/files.h"

namespace dltrain::datasets {

std::vector<std::string> find_images(const std::string& folder, int64_t& others) {
  constexpr size_t deepest = 32;
  std::vector<std::string> images;
  const auto walk = [&](const auto& self, const std::string& path, size_t depth) -> void {
    if (depth > deepest)
      throw UserError(ExitCode::data, "not-a-folder", path, "the folders are nested more than 32 levels deep",
                      "does a link lead back?");
    for (const std::string& name : list_directory(path, ExitCode::data)) {
      if (name.starts_with('.')) continue;
      std::string entry = join_path(path, name);
      if (formats::has_image_name(name)) {
        images.push_back(std::move(entry));
      } else if (is_directory(entry)) {
        self(self, entry, depth + 1);
      } else {
        ++others;
      }
    }
  };
  walk(walk, folder, 0);
  return images;
}

std::vector<std::byte> read_image_file(const std::string& path) {
  return read_file(path, ExitCode::data, formats::ImageLimits().file);
}

void decode_image_file(std::span<const std::byte> file, const std::string& path, const ImageForm& form,
                       std::span<std::byte> pixels) {
  Array image = formats::decode_image(file, path, form.grey, formats::ImageLimits());
  if (image.shape[0] != form.height || image.shape[1] != form.width) {
    if (!form.resize) {
      throw UserError(ExitCode::data, "image-size", path,
                      "has " + std::to_string(image.shape[1]) + " x " + std::to_string(image.shape[0]) +
                          " pixels, and the images before it " + std::to_string(form.width) + " x " +
                          std::to_string(form.height),
                      "give all one size: image_size = [" + std::to_string(form.height) + ", " +
                          std::to_string(form.width) + "] (height, width)");
    }
    image = formats::resize_image(image, form.height, form.width, form.interpolation);
  }
  std::copy(image.bytes.begin(), image.bytes.end(), pixels.begin());
}

void load_image(const std::string& path, const ImageForm& form, std::span<std::byte> pixels) {
  decode_image_file(read_image_file(path), path, form, pixels);
}

std::vector<ImageError> for_each_image(size_t count, const std::function<void(size_t)>& work,
                                       const std::atomic<bool>* stop) {
  std::vector<ImageError> errors;
  std::exception_ptr failure;
  std::mutex mutex;
  std::atomic<size_t> next = 0;
  const auto stopped = [&] { return stop != nullptr && stop->load(std::memory_order_relaxed); };
  const auto work_at = [&](size_t i) {
    try {
      work(i);
    } catch (const UserError& error) {
      if (error.code() != ExitCode::data) throw;
      const std::lock_guard lock(mutex);
      errors.push_back({i, error.diagnostics().front()});
    }
  };
  const auto run = [&]() noexcept {
    try {
      for (size_t i = next++; i < count && !stopped(); i = next++) work_at(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
      next = count;
    }
  };
  {
    constexpr size_t most_threads = 16;
    const size_t wanted = std::min({most_threads, size_t{std::thread::hardware_concurrency()}, count / 16});
    std::vector<std::jthread> threads;
    for (size_t i = 1; i < wanted; ++i) threads.emplace_back(run);
    run();
  }
  if (failure != nullptr) std::rethrow_exception(failure);
  if (stopped()) throw UserError(ExitCode::interrupted, "interrupted", "data", "interrupted while images were read");
  std::sort(errors.begin(), errors.end(), [](const ImageError& a, const ImageError& b) { return a.image < b.image; });
  return errors;
}

bool can_be_class(const std::string& folder) { return !folder.starts_with('.') && folder != "__MACOSX"; }

}  // namespace dltrain::datasets
