#include "training/welch.h"

#include <cmath>

namespace dltrain::training {

namespace {

struct Sample {
  double mean = 0, error = 0, count = 0;  // error: squared, of the mean
};

Sample sample_of(std::span<const double> values) {
  Sample sample;
  sample.count = static_cast<double>(values.size());
  for (const double value : values) sample.mean += value / sample.count;
  double variance = 0;
  for (const double value : values) variance += (value - sample.mean) * (value - sample.mean) / (sample.count - 1);
  sample.error = variance / sample.count;
  return sample;
}

// The continued fraction of the incomplete beta function by Lentz's method (DLMF 8.17.22).
double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::abs(d) < tiny ? tiny : d);
  double result = d;
  for (int m = 1; m <= 500; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double change = 1;
    for (const double term : {even, odd}) {
      d = 1 + term * d;
      c = 1 + term / c;
      d = 1 / (std::abs(d) < tiny ? tiny : d);
      if (std::abs(c) < tiny) c = tiny;
      change = c * d;
      result *= change;
    }
    if (std::abs(change - 1) < 1e-15) break;
  }
  return result;
}

// Regularized incomplete beta function I_x(a, b) (DLMF 8.17).
double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a : 1 - front * beta_fraction(b, a, 1 - x) / b;
}

}  // namespace

double student_two_sided(double t, double freedom) {
  return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t));
}

Welch welch(std::span<const double> a, std::span<const double> b) {
  const Sample first = sample_of(a), second = sample_of(b);
  const double error = first.error + second.error;
  Welch result;
  result.t = (second.mean - first.mean) / std::sqrt(error);
  result.freedom = error * error /
                   (first.error * first.error / (first.count - 1) + second.error * second.error / (second.count - 1));
  result.p = student_two_sided(result.t, result.freedom);
  return result;
}

}  // namespace dltrain::training
