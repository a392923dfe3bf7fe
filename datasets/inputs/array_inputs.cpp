#include <numeric>

#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/text.h"
#include "datasets/array_store.h"
#include "datasets/gather.h"
#include "datasets/inputs/kinds.h"
#include "formats/npy/npz.h"

namespace dltrain::datasets {

namespace {

// One array of a file and the input that it is for.
class ArrayInput {
 public:
  ArrayInput(formats::ArrayStream stream, const InputContract& contract)
      : stream_(std::move(stream)), contract_(contract) {
    const Shape& is = stream_.shape();
    const Shape& wanted = contract.field.shape;
    const bool integers = !is_float(stream_.dtype());
    if (is.rank() == 0 || !fits(is.from(1), wanted)) {
      const std::string samples = is.rank() == 0 ? "is a single number" : "has samples of shape " + is.from(1).text();
      throw UserError(ExitCode::data, "input-mismatch", stream_.path(),
                      samples + ", but the model's input \"" + contract.field.name + "\" takes " + wanted.text(),
                      is == wanted ? "a single sample needs a first axis of size 1"
                                   : "give the samples the model's shape; their number is the first axis");
    }
    if (contract.field.dtype == DType::i32 && !integers) {
      throw UserError(ExitCode::data, "input-mismatch", stream_.path(),
                      "holds real numbers, but the model's input \"" + contract.field.name + "\" takes integers",
                      "save it as int32");
    }
  }

  const std::string& path() const { return stream_.path(); }
  int64_t samples() const { return stream_.shape()[0]; }

  int64_t read(int64_t count, int64_t first, Array& out) {
    Array rows = stream_.read_rows(count);
    const int64_t got = rows.shape[0];
    check_finite(rows, path(), first);
    rows.shape = Shape{got}.concat(contract_.field.shape);
    if (contract_.field.dtype == DType::i32) {
      if (rows.dtype == DType::i64) check_int32(rows, path());
      rows = converted(rows, DType::i32);
    }
    reshape_buffer(out, contract_.field.dtype, rows.shape);
    std::vector<int64_t> all(to_size(got));
    std::iota(all.begin(), all.end(), int64_t{0});
    gather_rows(rows, all, contract_.preparation.scale, contract_.preparation.offset, out);
    return got;
  }

 private:
  // The same, but for a last axis of size 1: grey images, single numbers.
  static bool fits(const Shape& is, const Shape& wanted) { return is == wanted || is.concat({1}) == wanted; }

  formats::ArrayStream stream_;
  InputContract contract_;
};

class ArrayInputs : public InputStream {
 public:
  explicit ArrayInputs(std::vector<ArrayInput> inputs) : inputs_(std::move(inputs)) {
    for (const ArrayInput& input : inputs_) {
      if (input.samples() == inputs_[0].samples()) continue;
      throw UserError(ExitCode::data, "sample-counts", input.path(),
                      "has " + count_text(input.samples()) + " samples, but " + inputs_[0].path() + " has " +
                          count_text(inputs_[0].samples()));
    }
  }

  bool next(int64_t count, Batch& batch) override {
    batch.inputs.resize(inputs_.size());
    for (size_t i = 0; i < inputs_.size(); ++i) batch.size = inputs_[i].read(count, next_, batch.inputs[i]);
    batch.rows.resize(to_size(batch.size));
    std::iota(batch.rows.begin(), batch.rows.end(), next_);
    next_ += batch.size;
    return batch.size > 0;
  }

 private:
  std::vector<ArrayInput> inputs_;
  int64_t next_ = 0;
};

// Keeps the archive that the arrays are read from.
class NpzInputs : public InputStream {
 public:
  NpzInputs(const std::string& path, const DataContract& contract) : file_(path), arrays_(open_all(contract)) {}
  bool next(int64_t count, Batch& batch) override { return arrays_.next(count, batch); }

 private:
  std::vector<ArrayInput> open_all(const DataContract& contract) {
    std::vector<ArrayInput> inputs;
    for (const InputContract& input : contract.inputs) {
      std::string name = input.field.name;
      if (contract.inputs.size() == 1 && !file_.contains(name))
        name = file_.names().size() == 1 ? file_.names()[0] : "x";
      inputs.emplace_back(file_.open(name), input);
    }
    return inputs;
  }

  formats::NpzFile file_;
  ArrayInputs arrays_;
};

}  // namespace

std::unique_ptr<InputStream> array_inputs(formats::ArrayStream stream, const DataContract& contract) {
  const InputContract& input = only_input(contract, stream.path());
  std::vector<ArrayInput> inputs;
  inputs.emplace_back(std::move(stream), input);
  return std::make_unique<ArrayInputs>(std::move(inputs));
}

std::unique_ptr<InputStream> npz_inputs(const std::string& path, const DataContract& contract) {
  return std::make_unique<NpzInputs>(path, contract);
}

}  // namespace dltrain::datasets
