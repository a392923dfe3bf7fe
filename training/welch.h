// Whether the means of two groups of runs differ by more than chance: Welch's t-test, which takes neither equal spreads
// nor equal numbers of runs for granted.
#pragma once

#include <span>

namespace dltrain::training {

struct Welch {
  double t = 0;  // difference of the means (b - a) over its standard error
  double freedom = 0;  // Welch-Satterthwaite
  double p = 1;  // two-sided: how likely such a difference is where there is none
};

// Two values or more in each group, not all of both groups without any spread.
Welch welch(std::span<const double> a, std::span<const double> b);

// Probability that Student's t with `freedom` degrees lies outside of -t..t.
double student_two_sided(double t, double freedom);

}  // namespace dltrain::training
