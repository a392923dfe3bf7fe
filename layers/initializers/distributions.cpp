// Initializers that draw from one distribution whatever the shape.
#include "core/text.h"
#include "layers/initializers.h"
#include "layers/support/draw.h"

namespace dltrain::layers {
namespace {

struct RandomUniform : Seeded {
  static constexpr auto kind = "RandomUniform";
  double minval = -0.05;
  double maxval = 0.05;
  static void describe(auto& d) {
    d.doc("Uniform between `minval` and `maxval`.");
    d.alias("random_uniform");
    d.alias("uniform");
    d.param(&RandomUniform::minval, "minval", "lower bound");
    d.param(&RandomUniform::maxval, "maxval", "upper bound");
    describe_seed(d);
  }
  void check(FieldReport& report) const {
    if (maxval < minval) {
      report.error("maxval",
                   "maxval must be at least minval (were " + real_text(maxval) + " and " + real_text(minval) + ")",
                   "swap them");
    }
  }
  void fill(const RandomStream& stream, Array& values) const { fill_uniform(values, stream, minval, maxval); }
};

struct RandomNormal : Seeded {
  static constexpr auto kind = "RandomNormal";
  double mean = 0;
  double stddev = 0.05;
  static void describe(auto& d) {
    d.doc("Normal with `mean` and `stddev`.");
    d.alias("random_normal");
    d.alias("normal");
    d.param(&RandomNormal::mean, "mean", "of the values");
    d.param(&RandomNormal::stddev, "stddev", "standard deviation").formerly("scale").at_least(0);
    describe_seed(d);
  }
  void fill(const RandomStream& stream, Array& values) const { fill_normal(values, stream, mean, stddev); }
};

struct TruncatedNormal : Seeded {
  static constexpr auto kind = "TruncatedNormal";
  double mean = 0;
  double stddev = 0.05;
  static void describe(auto& d) {
    d.doc("Normal with `mean` and `stddev`; values beyond two deviations are drawn again.");
    d.alias("truncated_normal");
    d.param(&TruncatedNormal::mean, "mean", "of the values");
    d.param(&TruncatedNormal::stddev, "stddev", "standard deviation before the cut").at_least(0);
    describe_seed(d);
  }
  void fill(const RandomStream& stream, Array& values) const { fill_truncated_normal(values, stream, mean, stddev); }
};

}  // namespace

void register_distributions(InitializerRegistry& registry) {
  add_initializer<RandomUniform>(registry);
  add_initializer<RandomNormal>(registry);
  add_initializer<TruncatedNormal>(registry);
}

}  // namespace dltrain::layers
