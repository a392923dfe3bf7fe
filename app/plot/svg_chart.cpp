#include "app/plot/svg_chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace dltrain::app {

namespace {

constexpr double left = 80, top = 44, right = 700, bottom = 300;

struct Axis {
  double least = 0, greatest = 1;
  std::vector<double> ticks;
};

// Ticks at 1, 2 or 5 times a power of ten; the axis ends at one.
Axis axis_of(double least, double greatest) {
  if (!(greatest > least)) greatest = least + (least == 0 ? 1 : std::abs(least));
  const double rough = (greatest - least) / 5;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= rough) step = factor * power;
  }
  Axis axis;
  axis.least = std::floor(least / step) * step;
  const auto count = static_cast<int64_t>(std::ceil((greatest - axis.least) / step - 1e-9));
  for (int64_t i = 0; i <= count; ++i) axis.ticks.push_back(axis.least + static_cast<double>(i) * step);
  axis.greatest = axis.ticks.back();
  return axis;
}

std::string number(double value, const char* form = "%.6g") {
  char text[64];
  std::snprintf(text, sizeof text, form, value);
  return text;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : std::string(1, c);
  return out;
}

std::string text_at(double x, double y, const std::string& anchor, const std::string& text,
                    const std::string& more = "") {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\"" + more + ">" +
         escaped(text) + "</text>\n";
}

std::string line_between(double x1, double y1, double x2, double y2, const std::string& colour) {
  return "<path d=\"M" + number(x1) + " " + number(y1) + "L" + number(x2) + " " + number(y2) + "\" stroke=\"" + colour +
         "\" fill=\"none\"/>\n";
}

}  // namespace

std::string svg_chart(const Curve& curve, const SvgTitles& titles) {
  double x_least = 0, x_greatest = 0, y_least = 0, y_greatest = 0;
  std::vector<std::pair<double, double>> points;
  for (const auto& [x, y] : curve.points) {
    if (!std::isfinite(x) || !std::isfinite(y)) continue;
    points.emplace_back(x, y);
    x_least = points.size() == 1 ? x : std::min(x_least, x);
    x_greatest = points.size() == 1 ? x : std::max(x_greatest, x);
    y_least = std::min(y_least, y);
    y_greatest = std::max(y_greatest, y);
  }
  const Axis x = axis_of(x_least, x_greatest), y = axis_of(y_least, y_greatest);
  const auto across = [&](double value) { return left + (value - x.least) / (x.greatest - x.least) * (right - left); };
  const auto up = [&](double value) { return bottom - (value - y.least) / (y.greatest - y.least) * (bottom - top); };
  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 360\" width=\"720\" height=\"360\" "
      "font-family=\"Helvetica,Arial,sans-serif\" font-size=\"12\">\n<rect width=\"720\" height=\"360\" fill=\"#ffffff\"/>\n";
  svg += text_at((left + right) / 2, 24, "middle", titles.title, " font-size=\"15\"");
  for (const double tick : y.ticks) {
    svg += line_between(left, up(tick), right, up(tick), "#dddddd");
    svg += text_at(left - 8, up(tick) + 4, "end", number(tick, "%.4g"));
  }
  for (const double tick : x.ticks) {
    svg += line_between(across(tick), bottom, across(tick), bottom + 5, "#555555");
    svg += text_at(across(tick), bottom + 20, "middle", number(tick, "%.10g"));
  }
  svg += line_between(left, bottom, right, bottom, "#555555");
  svg += text_at((left + right) / 2, bottom + 44, "middle", titles.x);
  svg += text_at(20, (top + bottom) / 2, "middle", titles.y,
                 " transform=\"rotate(-90 20 " + number((top + bottom) / 2) + ")\"");
  std::string path;
  for (const auto& [px, py] : points)
    path += (path.empty() ? "M" : "L") + number(across(px), "%.2f") + " " + number(up(py), "%.2f");
  return svg + "<path d=\"" + path +
         "\" stroke=\"#2a6fb0\" stroke-width=\"2\" fill=\"none\" stroke-linejoin=\"round\"/>\n</svg>\n";
}

}  // namespace dltrain::app
