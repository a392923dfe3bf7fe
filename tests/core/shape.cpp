#include "core/shape.h"

#include <catch2/catch_test_macros.hpp>

#include "core/checked.h"

namespace dltrain::test {

TEST_CASE("a shape counts its elements") {
  CHECK(Shape{}.elements() == 1);
  CHECK(Shape{2, 3, 5}.elements() == 30);
  CHECK(Shape{4, 0}.elements() == 0);
  const int64_t large = int64_t{1} << 40;
  CHECK_THROWS_AS((Shape{large, large}.elements()), SizeOverflow);
  CHECK(Shape{2, 3}.text() == "[2, 3]");
}

TEST_CASE("shapes are cut and joined") {
  const Shape shape{2, 3, 5};
  CHECK(shape.slice(1, 3) == Shape{3, 5});
  CHECK(shape.slice(1, 1) == Shape{});
  CHECK(shape.from(2) == Shape{5});
  CHECK(shape.concat({7}) == Shape{2, 3, 5, 7});
  CHECK(shape.back() == 5);
}

TEST_CASE("axes count from either end") {
  CHECK(normalized_axis(0, 3) == 0);
  CHECK(normalized_axis(-1, 3) == 2);
  CHECK(normalized_axis(-3, 3) == 0);
  CHECK(normalized_axis(3, 3) == -1);
  CHECK(normalized_axis(-4, 3) == -1);
  CHECK(normalized_axis(0, 0) == -1);
}

TEST_CASE("shapes broadcast as NumPy's do") {
  Shape result;
  CHECK(broadcast({}, {3, 2}, result));
  CHECK(result == Shape{3, 2});
  CHECK(broadcast({4, 1, 5}, {3, 1}, result));
  CHECK(result == Shape{4, 3, 5});
  CHECK(broadcast({1}, {0}, result));
  CHECK(result == Shape{0});
  CHECK_FALSE(broadcast({2}, {3}, result));
  CHECK_FALSE(broadcast({2, 3}, {2}, result));
}

TEST_CASE("strides are row-major") {
  CHECK(strides_of({2, 3, 5}) == std::vector<int64_t>{15, 5, 1});
  CHECK(strides_of({}).empty());
}

TEST_CASE("counts do not overflow unnoticed") {
  constexpr int64_t most = INT64_MAX;
  CHECK(checked_multiply(most, 1) == most);
  CHECK(checked_add(most, 0) == most);
  CHECK_THROWS_AS(checked_multiply(most, 2), SizeOverflow);
  CHECK_THROWS_AS(checked_add(most, 1), SizeOverflow);
  CHECK_THROWS_AS(to_size(-1), SizeOverflow);
  CHECK(to_size(3) == 3);
  CHECK(divide_up(7, 3) == 3);
  CHECK(divide_up(6, 3) == 2);
}

}  // namespace dltrain::test
