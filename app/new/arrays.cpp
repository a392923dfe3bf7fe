// Drafts for arrays: IDX, NPY, NPZ.
#include <algorithm>
#include <cmath>
#include <map>

#include "app/new/kinds.h"
#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"
#include "formats/idx/idx.h"
#include "formats/npy/npy.h"
#include "formats/npy/npz.h"

namespace dltrain::app {

namespace {

constexpr int64_t fewest_tokens = 256;  // integers below this may be measurements

bool holds_integers(DType dtype) {
  return dtype == DType::u8 || dtype == DType::i8 || dtype == DType::i32 || dtype == DType::i64 ||
         dtype == DType::boolean;
}

struct Range {
  double least = INFINITY, greatest = -INFINITY;
};

// Of all values, read in pieces.
Range range_of(formats::ArrayStream stream) {
  Range range;
  for (;;) {
    const Array rows = stream.read_rows(1024);
    if (rows.shape[0] == 0) return range;
    for (int64_t i = 0; i < rows.elements(); ++i) {
      const double value = element(rows, i);
      range.least = std::min(range.least, value);
      range.greatest = std::max(range.greatest, value);
    }
  }
}

double share_of_most(const std::map<int64_t, int64_t>& counts, int64_t all) {
  int64_t most = 0;
  for (const auto& [value, count] : counts) most = std::max(most, count);
  return static_cast<double>(most) / static_cast<double>(all);
}

bool is_one_hot(const Array& y) {
  const int64_t width = y.shape[1];
  for (int64_t row = 0; row < y.shape[0]; ++row) {
    int64_t ones = 0;
    for (int64_t i = 0; i < width; ++i) {
      const double value = element(y, row * width + i);
      if (value != 0 && value != 1) return false;
      ones += value == 1;
    }
    if (ones != 1) return false;
  }
  return true;
}

Task classes_of(const Array& y, const std::string& path) {
  std::map<int64_t, int64_t> counts;
  for (int64_t i = 0; i < y.elements(); ++i) ++counts[static_cast<int64_t>(element(y, i))];
  if (counts.begin()->first < 0) {
    throw UserError(ExitCode::data, "unknown-class", path, "holds the integer " + std::to_string(counts.begin()->first),
                    "class numbers begin at 0; save numbers to predict as real numbers");
  }
  if (counts.size() < 2)
    throw UserError(ExitCode::data, "nothing-to-learn", path, "has a single class: there is nothing to learn");
  const int64_t classes = counts.rbegin()->first + 1;
  if (classes > 10'000) {
    throw UserError(ExitCode::data, "unknown-class", path, "has class numbers up to " + count_text(classes - 1),
                    "save numbers to predict as real numbers; classes are numbered 0, 1, 2 ...");
  }
  return {Task::Kind::classes, classes, share_of_most(counts, y.elements())};
}

Task numbers_of(const Array& y, const std::string& path) {
  const auto count = static_cast<double>(y.elements());
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < y.elements(); ++i) sum += element(y, i);
  for (int64_t i = 0; i < y.elements(); ++i) squares += std::pow(element(y, i) - sum / count, 2);
  if (squares == 0)
    throw UserError(ExitCode::data, "nothing-to-learn", path,
                    "holds the same number throughout: there is nothing to learn");
  const int64_t outputs = y.shape.from(1).elements();
  return {Task::Kind::numbers, outputs, 0, sum / count, std::sqrt(squares / count)};
}

// What the targets are; `path` for messages.
Task task_of(const Array& y, const std::string& path) {
  if (y.shape.rank() == 0 || y.elements() == 0) throw UserError(ExitCode::data, "no-samples", path, "is empty");
  if (holds_integers(y.dtype) && y.elements() == y.shape[0]) return classes_of(y, path);
  if (y.shape.rank() == 2 && y.shape[1] > 1 && is_one_hot(y)) return {Task::Kind::one_hot, y.shape[1]};
  return numbers_of(y, path);
}

void describe_samples(Draft& draft, const Shape& shape, DType dtype, Range range, const std::string& path) {
  if (shape.rank() < 2) {
    throw UserError(ExitCode::data, "sample-counts", path, "has the shape " + shape.text(),
                    "the first axis counts samples, the others are those of one: [N, 1] at least");
  }
  draft.sample = shape.from(1);
  draft.samples = shape[0];
  if (holds_integers(dtype) && shape.rank() == 2 && range.least >= 0 && range.greatest >= fewest_tokens)
    draft.vocabulary = static_cast<int64_t>(range.greatest) + 1;
}

// Real images of 0 to 255.
std::string scale_line(const Draft& draft, DType dtype, Range range) {
  if (draft.sample.rank() < 2 || dtype == DType::u8 || range.least < 0 || range.greatest <= 2 || range.greatest > 255)
    return {};
  return "scale = \"1/255\"  # values go from " + number_text(range.least) + " to " + number_text(range.greatest);
}

std::string title_of(const std::string& name, const Draft& draft) {
  return name + ": " + counted(draft.samples, "sample") + " " + draft.sample.text() +
         (draft.vocabulary > 0 ? " of token numbers" : "") + ", " + task_text(draft.task) + ".";
}

}  // namespace

Draft draft_of_idx(const DataPlace& place) {
  const auto file = [&](const std::string& name) {
    const std::string path = join_path(place.path, name);
    return exists(path + ".gz") ? path + ".gz" : path;
  };
  const std::string images = file("train-images-idx3-ubyte"), labels = file("train-labels-idx1-ubyte");
  const formats::ArrayStream stream = formats::open_idx(images);
  Draft draft;
  describe_samples(draft, stream.shape(), stream.dtype(), {0, 0}, images);
  if (draft.sample.rank() == 2) draft.sample = draft.sample.concat({1});  // as the source makes them
  draft.task = task_of(formats::read_idx(labels), labels);
  draft.has_test = exists(file("t10k-images-idx3-ubyte"));
  draft.title = title_of(file_name(place.path), draft);
  draft.data = {"type = \"idx\"", "directory = " + quote(place.written)};
  if (draft.has_test) draft.data.push_back("# The t10k files in there are the test part.");
  return draft;
}

Draft draft_of_npy(const DataPlace& x, const DataPlace& y) {
  const formats::ArrayStream stream = formats::open_npy(x.path);
  const Range range = range_of(formats::open_npy(x.path));
  Draft draft;
  describe_samples(draft, stream.shape(), stream.dtype(), range, x.path);
  draft.task = task_of(formats::read_npy(y.path), y.path);
  draft.title = title_of(file_name(x.path), draft);
  draft.data = {"type = \"npy\"", "x = " + quote(x.written), "y = " + quote(y.written)};
  if (const std::string scale = scale_line(draft, stream.dtype(), range); !scale.empty()) draft.data.push_back(scale);
  return draft;
}

namespace {

struct ArrayPair {
  std::string x, y;
};

std::vector<ArrayPair> known_pairs(const std::string& ending) {
  std::vector<ArrayPair> pairs;
  for (const auto& [x, y] : {ArrayPair{"x", "y"},
                             {"X", "y"},
                             {"images", "labels"},
                             {"data", "labels"},
                             {"features", "targets"},
                             {"inputs", "targets"}})
    pairs.push_back({x + ending, y + ending});
  return pairs;
}

}  // namespace

Draft draft_of_npz(const DataPlace& place) {
  formats::NpzFile npz(place.path);
  std::string ending;
  const auto find = [&]() -> const ArrayPair* {
    static std::vector<ArrayPair> pairs;
    for (const char* end : {"", "_train"}) {
      pairs = known_pairs(ending = end);
      for (const ArrayPair& pair : pairs) {
        if (npz.contains(pair.x) && npz.contains(pair.y)) return &pair;
      }
    }
    return nullptr;
  };
  const ArrayPair* pair = find();
  if (pair == nullptr) {
    throw UserError(ExitCode::data, "no-such-array", place.path,
                    "holds no arrays called x and y (it has " + join(npz.names(), ", ") + ")",
                    "numpy.savez(path, x=..., y=...) names them; x_train, y_train, x_test and y_test are known too");
  }
  const std::string x_path = place.path + ":" + pair->x, y_path = place.path + ":" + pair->y;
  const formats::ArrayStream stream = npz.open(pair->x);
  const Range range = range_of(npz.open(pair->x));
  Draft draft;
  describe_samples(draft, stream.shape(), stream.dtype(), range, x_path);
  draft.task = task_of(npz.read(pair->y), y_path);
  draft.title = title_of(file_name(place.path), draft);
  draft.data = {"type = \"npz\"", "file = " + quote(place.written)};
  if (pair->x != "x" || pair->y != "y") {
    draft.data.push_back("x = " + quote(pair->x));
    draft.data.push_back("y = " + quote(pair->y));
  }
  if (const std::string scale = scale_line(draft, stream.dtype(), range); !scale.empty()) draft.data.push_back(scale);
  if (ending == "_train") {
    const std::string x = pair->x.substr(0, pair->x.size() - ending.size()) + "_test",
                      y = pair->y.substr(0, pair->y.size() - ending.size()) + "_test";
    draft.has_test = npz.contains(x) && npz.contains(y);
    if (draft.has_test) draft.test = {"x = " + quote(x), "y = " + quote(y)};
  }
  return draft;
}

}  // namespace dltrain::app
