// JSON lines: one JSON value a line, each written with one call, so that a reader of the growing file sees whole lines.
#pragma once

#include "core/files.h"
#include "core/setting.h"

namespace dltrain::formats {

class JsonLines {
 public:
  explicit JsonLines(OutputFile file) : file_(std::move(file)) {}
  void write(const Setting& value);
  void close() { file_.close(); }

 private:
  OutputFile file_;
};

}  // namespace dltrain::formats
