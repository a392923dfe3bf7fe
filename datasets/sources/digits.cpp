// The handwritten digits that ship with dltrain.
#include <cstring>

#include "core/diagnostic.h"
#include "datasets/array_store.h"
#include "datasets/labels.h"
#include "datasets/locate.h"
#include "datasets/source.h"
#include "formats/csv/csv_reader.h"

namespace dltrain::datasets {

namespace {

constexpr int64_t side = 8;
constexpr size_t pixels = side * side;
constexpr double brightest = 16;

struct Digits : Source {
  static constexpr auto kind = "digits";

  static void describe(auto& d) {
    d.doc(
        "Handwritten digits (UCI optdigits), shipped with dltrain: images [8, 8, 1] with values 0 to 16, which become 0 to "
        "1, and the classes 0 to 9. "
        "3,823 samples for training; the test part is 1,797 samples by 13 other writers.");
  }

  SampleSets load(const LoadRequest& request) const override {
    SampleSets sets;
    sets.train = read("digits/optdigits-train.csv.gz", 3823, request);
    sets.test = read("digits/optdigits-test.csv.gz", 1797, request);
    return sets;
  }

 private:
  // Rows of 64 pixels 0..16 and the digit.
  static Samples read(const std::string& file, int64_t count, const LoadRequest& request) {
    Samples samples;
    samples.name = builtin_path(file);
    Array images, labels;
    images.dtype = labels.dtype = DType::u8;
    formats::CsvReader reader(formats::open_stream(samples.name));
    for (; !request.headers_only && reader.next(); ++samples.count) {
      if (reader.fields().size() != pixels + 1)
        throw UserError(ExitCode::data, "unreadable-file", reader.place(0), "is not a row of optdigits",
                        "build dltrain again");
      for (size_t i = 0; i <= pixels; ++i) {
        const auto value = static_cast<std::byte>(formats::parse_number(reader.fields()[i]).value_or(0));
        (i < pixels ? images : labels).bytes.push_back(value);
      }
    }
    images.shape = {samples.count, side, side, 1};
    labels.shape = {samples.count};
    const std::string input = request.input_names.empty() ? "input" : request.input_names[0];
    const DataField ten{.name = "", .shape = {}, .dtype = DType::i32, .classes = 10, .class_names = {}};
    const bool numbers = request.targets[0].kind == TargetKind::numbers;
    samples.targets.push_back(array_target(request.targets[0].name, std::move(labels), request.targets[0].kind,
                                           numbers ? nullptr : &ten, {}, samples.name));
    samples.inputs.push_back(array_input(input, std::move(images), 1 / brightest, 0, samples.name));
    if (request.headers_only) samples.count = count;
    // So that predictions can be made of files like these, with or without the digit in the last column.
    for (size_t i = 0; i < pixels; ++i) samples.inputs[0].preparation.columns.push_back(std::to_string(i));
    return samples;
  }
};

}  // namespace

void register_digits(SourceRegistry& registry) { registry.add<Digits>(); }

}  // namespace dltrain::datasets
