#include "models/losses/targets.h"

#include "graph/ops.h"

namespace dltrain::models {

using graph::Builder;
using graph::Value;

namespace {

Shape without_last(const Shape& shape) { return shape.slice(0, shape.rank() - 1); }

bool is_column_of(const Shape& column, const Shape& flat) {
  return column.rank() == flat.rank() + 1 && column.back() == 1 && without_last(column) == flat;
}

// Says what the loss or metric needs, and what it got.
[[noreturn]] void misfit(Builder& b, Code code, const std::string& what, Value target, Value prediction,
                         std::string help) {
  if (b.shape(prediction).rank() > b.shape(target).rank() + 1) {
    help = "the prediction has more axes than the target: is a Flatten or a global pooling layer missing?";
  }
  const auto sample = [&](Value x) { return b.shape(x).rank() == 0 ? b.shape(x).text() : b.shape(x).from(1).text(); };
  b.fail(code,
         "it " + what + " (for one sample, the target has shape " + sample(target) + " and the prediction " +
             sample(prediction) + ")",
         std::move(help));
}

}  // namespace

Pair same_shape(Builder& b, Value target, Value prediction) {
  const Shape wanted = b.shape(target);
  const Shape given = b.shape(prediction);
  Pair pair{graph::cast(b, target, b.dtype(prediction)), prediction};
  if (wanted == given) return pair;
  if (is_column_of(given, wanted)) {
    pair.target = graph::reshape(b, pair.target, given);
  } else if (is_column_of(wanted, given)) {
    if (given.rank() == 1) {
      pair.prediction = graph::reshape(b, pair.prediction, wanted);
    } else {
      pair.target = graph::reshape(b, pair.target, given);
    }
  } else {
    const bool class_numbers = b.dtype(target) == DType::i32 && without_last(given) == wanted;
    const bool one_value =
        wanted.rank() == given.rank() && wanted.back() == 1 && without_last(given) == without_last(wanted);
    const bool metric = b.path().starts_with("metrics");
    misfit(
        b, "target-shape", "compares value by value, so that prediction and target need one shape", target, prediction,
        class_numbers && metric
            ? "for classes write \"accuracy\"; dltrain evaluate says precision and recall of each class"
        : class_numbers ? "class numbers have no column for each class: use \"sparse_categorical_crossentropy\", which "
                          "takes them (for two classes also one unit with \"sigmoid\" and \"binary_crossentropy\")"
        : one_value     ? "give the last layer one unit; if the target is the number of a class, use "
                          "\"sparse_categorical_crossentropy\""
                        : "give the last layer one unit for each column of the target");
  }
  return pair;
}

Pair one_hot_pair(Builder& b, const char* sparse, Value target, Value prediction) {
  const Shape given = b.shape(prediction);
  if (given.rank() < 2 || given.back() < 2) {
    misfit(b, "target-shape", "needs a prediction with a column for each class", target, prediction,
           "for one column use the binary kind");
  }
  if (b.shape(target) != given) {
    const bool numbers = b.shape(target) == without_last(given) || is_column_of(b.shape(target), without_last(given));
    misfit(b, numbers ? Code("class-numbers") : Code("target-shape"),
           numbers ? "needs a target with a column for each class, not class numbers"
                   : "needs a target with a column for each class",
           target, prediction,
           numbers ? std::string("use ") + sparse : "give the last layer as many units as there are classes");
  }
  return {graph::cast(b, target, b.dtype(prediction)), prediction};
}

Value class_numbers(Builder& b, const char* dense, Value target, Value prediction) {
  const Shape given = b.shape(prediction);
  const Shape wanted = given.rank() < 2 ? Shape() : without_last(given);
  if (given.rank() < 2)
    misfit(b, "target-shape", "needs a prediction with a column for each class", target, prediction, {});
  const bool column = is_column_of(b.shape(target), wanted);
  if (b.shape(target) != wanted && !column) {
    const bool one_hot = b.shape(target) == given;
    misfit(b, one_hot ? Code("class-numbers") : Code("target-shape"),
           "needs a target of class numbers, one for each row of the prediction", target, prediction,
           one_hot ? std::string("for a column for each class use ") + dense : std::string());
  }
  const Value flat = column ? graph::reshape(b, target, wanted) : target;
  return graph::cast(b, flat, DType::i32);
}

int64_t checked_axis(Builder& b, int64_t axis, Value prediction) {
  const int64_t found = normalized_axis(axis, b.shape(prediction).rank());
  if (found < 1) {
    b.fail("axis",
           "the prediction has no axis " + std::to_string(axis) + " of classes (it has shape " +
               b.shape(prediction).text() + " with the samples on axis 0)",
           "leave axis out: the last axis is the default");
  }
  return found;
}

Value with_axis_last(Builder& b, Value x, int64_t axis) {
  const auto rank = static_cast<int64_t>(b.shape(x).rank());
  if (axis == rank - 1) return x;
  std::vector<int64_t> order;
  for (int64_t i = 0; i < rank; ++i) {
    if (i != axis) order.push_back(i);
  }
  order.push_back(axis);
  return graph::transpose(b, x, order);
}

}  // namespace dltrain::models
