#include "tests/models/recipe/signatures.h"

#include <stdexcept>

namespace dltrain::test {

DataSignature signature(const std::string& name) {
  DataSignature s;
  s.train_samples = 3000;
  s.validation_samples = 400;
  s.test_samples = 400;
  const DataField digits = {"target", {}, DType::i32, 10, {}, {}};
  if (name == "digits" || name == "pixels") {
    s.inputs = {{"input", {8, 8, 1}, DType::f32, {}, {}, ValueRange{0, name == "digits" ? 1.0 : 255.0}}};
    s.targets = {digits};
  } else if (name == "prices") {
    s.inputs = {{"input", {13}, DType::f32, {}, {}, {}}};
    s.targets = {{"target", {1}, DType::f32, {}, {}, ValueRange{-5, 50}}};
  } else if (name == "animals") {
    s.inputs = {{"input", {4}, DType::f32, {}, {}, {}}};
    s.targets = {{"target", {}, DType::i32, 2, {"cat", "dog"}, {}}};
  } else if (name == "meta") {
    s.inputs = {{"image", {28, 28, 1}, DType::f32, {}, {}, {}}, {"meta", {5}, DType::f32, {}, {}, {}}};
    s.targets = {{"price", {}, DType::f32, {}, {}, {}}, {"kind", {}, DType::i32, 3, {}, {}}};
  } else {
    throw std::invalid_argument("no signature " + name);
  }
  return s;
}

}  // namespace dltrain::test
