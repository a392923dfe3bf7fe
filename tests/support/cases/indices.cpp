// Examples of ops by index and of random numbers.
#include "tests/support/cases/cases.h"

namespace dltrain::test {

namespace {

using Ints = std::vector<int64_t>;

std::vector<Operand> host_scalars(double seed, double step, double offset) {
  return {listed({}, {seed}, DType::i64), listed({}, {step}, DType::i64), listed({}, {offset}, DType::i64)};
}

OpCase uniform(const char* name, Ints shape, double seed, double step, double offset) {
  return {"random_uniform",
          name,
          host_scalars(seed, step, offset),
          {{"shape", std::move(shape)}, {"stream", int64_t{-77}}, {"dtype", DType::f32}}};
}

OpCase dropout(const char* name, Shape x, double rate, Ints noise, double offset) {
  std::vector<Operand> inputs = host_scalars(3, 11, offset);
  inputs.insert(inputs.begin(), reals(std::move(x)));
  return {
      "dropout", name, std::move(inputs), {{"rate", rate}, {"stream", int64_t{5}}, {"noise_shape", std::move(noise)}}};
}

}  // namespace

void add_index_cases(std::vector<OpCase>& cases) {
  cases.push_back({"gather", "rows", {reals({7, 3}), integers({5}, 0, 6)}});
  cases.push_back({"gather", "sequences", {reals({11, 4}), integers({2, 5}, 0, 10, DType::i64)}});
  cases.push_back({"gather", "elements of a vector", {reals({5}), integers({3, 2}, 0, 4, DType::u8)}});
  cases.push_back({"gather", "of a wide table", {wide(reals({7, 37})), integers({5}, -1, 6)}, {{"dtype", DType::f32}}});
  cases.push_back({"gather", "one index", {reals({5, 2, 3}), integers({}, 0, 4)}});
  cases.push_back({"gather", "outside reads zeros", {reals({3, 2}), listed({5}, {-1, 0, 3, 2, 1000000}, DType::i32)}});
  cases.push_back({"scatter_add", "rows that repeat", {integers({9}, 0, 3), reals({9, 5})}, {{"rows", int64_t{4}}}});
  cases.push_back(
      {"scatter_add", "sequences", {integers({2, 5}, 0, 6, DType::i64), reals({2, 5, 3})}, {{"rows", int64_t{7}}}});
  cases.push_back({"scatter_add",
                   "wide rows that repeat",
                   {integers({9}, 0, 3), reals({9, 37})},
                   {{"rows", int64_t{4}}, {"result", DType::f32}}});
  cases.push_back({"scatter_add", "elements", {integers({6}, 0, 2), reals({6})}, {{"rows", int64_t{3}}}});
  cases.push_back({"scatter_add",
                   "outside is left out",
                   {listed({4}, {-1, 0, 3, 2}, DType::i32), reals({4, 2})},
                   {{"rows", int64_t{3}}}});
  cases.push_back({"one_hot", "classes", {integers({5}, 0, 3)}, {{"depth", int64_t{4}}, {"dtype", DType::f32}}});
  cases.push_back({"one_hot",
                   "outside is all zero",
                   {listed({4}, {-1, 0, 2, 3}, DType::i64)},
                   {{"depth", int64_t{3}}, {"dtype", DType::f32}}});
  cases.push_back(
      {"one_hot", "pixels", {integers({2, 3, 3}, 0, 1, DType::u8)}, {{"depth", int64_t{2}}, {"dtype", DType::f32}}});

  cases.push_back(uniform("rows", {5, 7}, 42, 0, 0));
  cases.push_back(uniform("rows further on", {3, 7}, 42, 5, 64));
  cases.push_back(uniform("images", {2, 3, 3, 5}, 1e15, 1000000, 17));
  cases.push_back(uniform("a scalar", {}, 0, 0, 0));
  cases.push_back(uniform("a vector", {13}, 9, 1, 3));
  cases.push_back(uniform("elements beyond 2^32", {2, 9}, 9, 1, 1e9));

  cases.push_back(dropout("a half", {4, 13}, 0.5, {}, 0));
  cases.push_back(dropout("a third, further on", {3, 5, 2}, 1.0 / 3, {}, 6));
  cases.push_back(dropout("nothing", {7}, 0, {}, 0));
  cases.push_back(dropout("everything", {7}, 1, {}, 0));
  cases.push_back(dropout("whole channels", {3, 4, 4, 5}, 0.4, {-1, 1, 1, -1}, 2));
  cases.push_back(dropout("whole channels of one sample", {1, 4, 4, 5}, 0.4, {-1, 1, 1, -1}, 2));
  cases.push_back(dropout("shared by all samples", {4, 9}, 0.3, {1, 9}, 8));
}

}  // namespace dltrain::test
