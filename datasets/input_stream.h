// Samples without targets, for predictions: read in order, in constant memory, prepared as a trained model wants them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/diagnostic.h"
#include "datasets/dataset.h"
#include "datasets/preparation.h"

namespace dltrain::datasets {

class InputStream {
 public:
  virtual ~InputStream() = default;
  // The next samples, at most `count` (> 0), into batch.inputs and batch.rows (numbers from 0); false at the end.
  // Throws UserError (data) that names the place of a bad sample.
  virtual bool next(int64_t count, Batch& batch) = 0;
  // What the samples of the last batch are called: paths of images, relative to the folder, or the cells of a table's id
  // column; empty where they have only numbers.
  virtual const std::vector<std::string>& names() const { return names_; }
  // What is to be said of the samples read, at the end.
  virtual Diagnostics warnings() const { return {}; }

 protected:
  std::vector<std::string> names_;
};

// `path` is a CSV, NPY, NPZ or IDX file (CSV, NPY and IDX also gzip-compressed), an image, a folder of images with all
// below it, or "-": CSV from standard input. Files are what they contain, whatever their name is. Throws UserError
// (data) for what the model cannot take: other shapes, columns or arrays that are missing. `id`, where it is not empty, is
// the column of a table that names its samples, by name or number.
std::unique_ptr<InputStream> open_inputs(const std::string& path, const DataContract& contract,
                                         const std::string& id = {});

// The same samples, in batches of `count`, prepared by one thread ahead of the consumer; every call asks for `count`.
// When `stop` says so, next() ends early, even where the samples come from a pipe in which nothing comes.
std::unique_ptr<InputStream> read_ahead(std::unique_ptr<InputStream> inputs, int64_t count, bool (*stop)());

}  // namespace dltrain::datasets
