// A curve with axes as an SVG file.
#pragma once

#include <string>

#include "app/logs/chart.h"

namespace dltrain::app {

struct SvgTitles {
  std::string title, x, y;
};

// 720 by 360; axes begin at the curve's least x and at 0. Values that are not finite are left out.
std::string svg_chart(const Curve& curve, const SvgTitles& titles);

}  // namespace dltrain::app
