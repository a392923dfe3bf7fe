// Curves in a terminal: Unicode Braille patterns, eight dots a character, with axes and numbers.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dltrain::app {

struct Curve {
  std::string name;
  std::vector<std::pair<double, double>> points;  // x, y
};

struct ChartOptions {
  std::string title;
  size_t width = 80;   // characters, all in all
  size_t height = 14;  // lines of the plot
  bool logarithmic = false;  // y; values of 0 and below are left out
  bool colours = false;      // else each curve has a mark of its own
};

// Lines, each with its end. Values that are not finite are left out; without any, the chart says so.
std::string chart_text(const std::vector<Curve>& curves, const ChartOptions& options);

// A number in at most eight characters: "0.0123", "1.5e-07".
std::string axis_number(double value);

}  // namespace dltrain::app
