#include "app/logs/chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/text.h"

namespace dltrain::app {

namespace {

constexpr size_t label_width = 8;
constexpr size_t rows_between_labels = 3;
constexpr const char* marks[] = {"•", "x", "o", "+", "#", "*", "@", "%"};
constexpr const char* colours[] = {"36", "33", "35", "32", "31", "34", "96", "93"};

struct Range {
  double low = INFINITY, high = -INFINITY;
  void take(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return low > high; }
  // 0 at low, 1 at high.
  double share(double value) const { return high > low ? (value - low) / (high - low) : 0.5; }
};

// Characters of a plot: the dots of each cell and the curve that came last to it.
class Canvas {
 public:
  Canvas(size_t columns, size_t rows) : columns_(columns), rows_(rows), cells_(columns * rows) {}

  // From 0,0 at the bottom left to 1,1 at the top right.
  void dot(double x, double y, size_t curve) {
    set(std::lround(x * static_cast<double>(columns_ * 2 - 1)),
        std::lround((1 - y) * static_cast<double>(rows_ * 4 - 1)), curve);
  }
  void line(double x0, double y0, double x1, double y1, size_t curve) {
    const double wide = std::fabs(x1 - x0) * static_cast<double>(columns_ * 2),
                 high = std::fabs(y1 - y0) * static_cast<double>(rows_ * 4);
    const int steps = std::max(1, static_cast<int>(std::ceil(std::max(wide, high))));
    for (int i = 0; i <= steps; ++i) {
      const double t = static_cast<double>(i) / steps;
      dot(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t, curve);
    }
  }

  std::string row(size_t r, bool coloured, bool marked) const {
    std::string text;
    for (size_t c = 0; c < columns_; ++c) {
      const Cell& cell = cells_[r * columns_ + c];
      if (cell.dots == 0) text += " ";
      else if (marked) text += marks[cell.curve % std::size(marks)];
      else if (coloured)
        text += std::string("\033[") + colours[cell.curve % std::size(colours)] + "m" + braille(cell.dots) + "\033[0m";
      else text += braille(cell.dots);
    }
    return text.substr(0, text.find_last_not_of(' ') + 1);
  }

 private:
  struct Cell {
    uint8_t dots = 0;
    size_t curve = 0;
  };

  void set(long x, long y, size_t curve) {
    Cell& cell = cells_[static_cast<size_t>(y / 4) * columns_ + static_cast<size_t>(x / 2)];
    // Unicode numbers the dots of a pattern down the left column, down the right one, then the bottom row.
    constexpr uint8_t bits[2][4] = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};
    cell.dots |= bits[x % 2][y % 4];
    cell.curve = curve;
  }
  static std::string braille(uint8_t dots) {  // U+2800 + dots in UTF-8
    return {'\xe2', static_cast<char>(0xa0 | dots >> 6), static_cast<char>(0x80 | (dots & 0x3f))};
  }

  size_t columns_, rows_;
  std::vector<Cell> cells_;
};

std::string padded(const std::string& text, size_t width) {
  const size_t length = utf8_count(text);
  return length < width ? std::string(width - length, ' ') + text : text;
}

std::string x_axis(const Range& x, size_t columns) {
  const std::string low = axis_number(x.low), high = axis_number(x.high),
                    middle = axis_number(std::round((x.low + x.high) / 2));
  std::string line(columns, ' ');
  line.replace(0, low.size(), low);
  if (x.high > x.low) {
    const size_t at = columns / 2 - std::min(columns / 2, middle.size() / 2);
    if (columns > 40 && x.high - x.low >= 2) line.replace(at, middle.size(), middle);
    line.replace(columns - std::min(columns, high.size()), high.size(), high);
  }
  return line;
}

std::string name_line(const Curve& curve, size_t number, const ChartOptions& options, bool marked) {
  Range y;
  for (const auto& point : curve.points) {
    if (std::isfinite(point.second)) y.take(point.second);
  }
  const char* mark = marked ? marks[number % std::size(marks)] : "⠤⠤";
  std::string line =
      options.colours ? std::string("\033[") + colours[number % std::size(colours)] + "m⠤⠤\033[0m" : mark;
  line = std::string(label_width + 2, ' ') + line + " " + curve.name;
  if (curve.points.empty()) return line + ": nothing";
  line += "  last " + axis_number(curve.points.back().second);
  return y.empty() ? line : line + ", lowest " + axis_number(y.low) + ", highest " + axis_number(y.high);
}

}  // namespace

std::string axis_number(double value) {
  char text[32];
  if (value == 0) return "0";
  const double size = std::fabs(value);
  if (std::isfinite(value) && (size < 1e-3 || size >= 1e7)) std::snprintf(text, sizeof text, "%.1e", value);
  else if (std::isfinite(value) && value == std::floor(value)) std::snprintf(text, sizeof text, "%.0f", value);
  else std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string chart_text(const std::vector<Curve>& curves, const ChartOptions& options) {
  const size_t columns = std::max<size_t>(options.width, label_width + 22) - label_width - 2;
  const size_t rows = std::max<size_t>(options.height, 4);
  const auto drawn = [&](double x, double y) {
    return std::isfinite(x) && std::isfinite(y) && (!options.logarithmic || y > 0);
  };
  const auto scaled = [&](double y) { return options.logarithmic ? std::log10(y) : y; };
  Range x_range, y_range;
  for (const Curve& curve : curves) {
    for (const auto& [x, y] : curve.points) {
      if (!drawn(x, y)) continue;
      x_range.take(x);
      y_range.take(scaled(y));
    }
  }
  std::string text = options.title + "\n";
  const bool marked = curves.size() > 1 && !options.colours;
  if (!y_range.empty()) {
    Canvas canvas(columns, rows);
    for (size_t c = 0; c < curves.size(); ++c) {
      const std::pair<double, double>* before = nullptr;
      for (const auto& point : curves[c].points) {
        if (!drawn(point.first, point.second)) continue;
        const auto& from = before != nullptr ? *before : point;
        canvas.line(x_range.share(from.first), y_range.share(scaled(from.second)), x_range.share(point.first),
                    y_range.share(scaled(point.second)), c);
        before = &point;
      }
    }
    for (size_t r = 0; r < rows; ++r) {
      const bool flat = y_range.low == y_range.high;
      const bool labelled = flat ? r == rows / 2 : r % rows_between_labels == 0 || r + 1 == rows;
      // The number is that of the middle of the row; the outer rows reach the ends of the range.
      const double share = 1 - static_cast<double>(r) / static_cast<double>(rows - 1);
      double value = y_range.low + share * (y_range.high - y_range.low);
      if (options.logarithmic) value = std::pow(10, value);
      const bool crowded = !flat && r + 1 != rows && r + rows_between_labels > rows;  // too near to the last one
      text += (labelled && !crowded ? padded(axis_number(value), label_width) + " ┤"
                                    : std::string(label_width + 1, ' ') + "│") +
              canvas.row(r, options.colours, marked) + "\n";
    }
    text += std::string(label_width + 1, ' ') + "└";
    for (size_t c = 0; c < columns; ++c) text += "─";
    text += "\n" + std::string(label_width + 2, ' ') + x_axis(x_range, columns) + "\n";
  } else {
    text += std::string(label_width + 2, ' ') + "nothing to draw: no finite values\n";
  }
  for (size_t c = 0; c < curves.size(); ++c) text += name_line(curves[c], c, options, marked) + "\n";
  return text;
}

}  // namespace dltrain::app
