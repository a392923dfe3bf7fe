// Welch's t-test against published numbers: the quantiles of Student's t in any table of it, and the worked examples of
// the test's article in Wikipedia.
#include "training/welch.h"

#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

namespace dltrain::test {

using Catch::Matchers::WithinAbs;
using training::student_two_sided;

TEST_CASE("Student's t has the quantiles of its tables") {
  CHECK_THAT(student_two_sided(12.706205, 1), WithinAbs(0.05, 1e-8));
  CHECK_THAT(student_two_sided(2.776445, 4), WithinAbs(0.05, 1e-7));
  CHECK_THAT(student_two_sided(4.032143, 5), WithinAbs(0.01, 1e-7));
  CHECK_THAT(student_two_sided(2.228139, 10), WithinAbs(0.05, 1e-7));
  CHECK_THAT(student_two_sided(1.644854, 1e8), WithinAbs(0.1, 1e-6));  // the normal distribution
  CHECK(student_two_sided(0, 3) == 1);
  CHECK_THAT(student_two_sided(1, 1), WithinAbs(0.5, 1e-12));  // Cauchy
  CHECK(student_two_sided(-2.5, 7) == student_two_sided(2.5, 7));
}

TEST_CASE("Welch's test gives the numbers of its examples") {
  const std::vector<double> a1 = {27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1,
                                  21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4};
  const std::vector<double> a2 = {27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0,
                                  24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4};
  const training::Welch first = training::welch(a1, a2);
  CHECK_THAT(first.t, WithinAbs(2.46, 0.005));
  CHECK_THAT(first.freedom, WithinAbs(25.0, 0.05));
  CHECK_THAT(first.p, WithinAbs(0.021, 0.0005));
  const std::vector<double> b1 = {17.2, 20.9, 22.6, 18.1, 21.7, 21.4, 23.5, 24.2, 14.7, 21.8};
  const std::vector<double> b2 = {21.5, 22.8, 21.0, 23.0, 21.6, 23.6, 22.5, 20.7, 23.4, 21.8,
                                  20.7, 21.7, 21.5, 22.5, 23.6, 21.5, 22.5, 23.5, 21.5, 21.8};
  const training::Welch second = training::welch(b1, b2);
  CHECK_THAT(second.t, WithinAbs(1.57, 0.005));
  CHECK_THAT(second.freedom, WithinAbs(9.9, 0.05));
  CHECK_THAT(second.p, WithinAbs(0.149, 0.0005));
  const training::Welch back = training::welch(b2, b1);
  CHECK(back.t == -second.t);
  CHECK(back.p == second.p);
}

}  // namespace dltrain::test
