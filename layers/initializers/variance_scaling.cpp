// Initializers that keep the variance of what flows through: VarianceScaling and its well-known settings.
#include "layers/initializers.h"
#include "layers/support/draw.h"

namespace dltrain::layers {

std::span<const EnumName<FanMode>> enum_names(FanMode) {
  static constexpr EnumName<FanMode> names[] = {
      {FanMode::fan_in, "fan_in"}, {FanMode::fan_out, "fan_out"}, {FanMode::fan_avg, "fan_avg"}};
  return names;
}

std::span<const EnumName<Distribution>> enum_names(Distribution) {
  static constexpr EnumName<Distribution> names[] = {{Distribution::truncated_normal, "truncated_normal"},
                                                     {Distribution::untruncated_normal, "untruncated_normal"},
                                                     {Distribution::uniform, "uniform"}};
  return names;
}

namespace {

struct VarianceScaling : Seeded {
  static constexpr auto kind = "VarianceScaling";
  double scale = 1;
  FanMode mode = FanMode::fan_in;
  Distribution distribution = Distribution::truncated_normal;
  static void describe(auto& d) {
    d.doc("Variance scale / fan, where fan counts the inputs or outputs of a unit.");
    d.alias("variance_scaling");
    d.param(&VarianceScaling::scale, "scale", "factor of the variance").greater_than(0);
    d.param(&VarianceScaling::mode, "mode", "which fan divides");
    d.param(&VarianceScaling::distribution, "distribution", "of the values");
    describe_seed(d);
  }
  void fill(const RandomStream& stream, Array& values) const { fill_scaled(values, stream, scale, mode, distribution); }
};

struct GlorotUniform : Seeded {
  static constexpr auto kind = "GlorotUniform";
  static void describe(auto& d) {
    d.doc("Uniform within sqrt(6 / (fan_in + fan_out)) of zero (Glorot and Bengio 2010).");
    d.alias("glorot_uniform");
    describe_seed(d);
  }
  void fill(const RandomStream& stream, Array& values) const {
    fill_scaled(values, stream, 1, FanMode::fan_avg, Distribution::uniform);
  }
};

struct GlorotNormal : Seeded {
  static constexpr auto kind = "GlorotNormal";
  static void describe(auto& d) {
    d.doc("Truncated normal with variance 2 / (fan_in + fan_out) (Glorot and Bengio 2010).");
    d.alias("glorot_normal");
    describe_seed(d);
  }
  void fill(const RandomStream& stream, Array& values) const {
    fill_scaled(values, stream, 1, FanMode::fan_avg, Distribution::truncated_normal);
  }
};

struct HeUniform : Seeded {
  static constexpr auto kind = "HeUniform";
  static void describe(auto& d) {
    d.doc("Uniform within sqrt(6 / fan_in) of zero; for relu (He et al. 2015).");
    d.alias("he_uniform");
    describe_seed(d);
  }
  void fill(const RandomStream& stream, Array& values) const {
    fill_scaled(values, stream, 2, FanMode::fan_in, Distribution::uniform);
  }
};

struct HeNormal : Seeded {
  static constexpr auto kind = "HeNormal";
  static void describe(auto& d) {
    d.doc("Truncated normal with variance 2 / fan_in; for relu (He et al. 2015).");
    d.alias("he_normal");
    describe_seed(d);
  }
  void fill(const RandomStream& stream, Array& values) const {
    fill_scaled(values, stream, 2, FanMode::fan_in, Distribution::truncated_normal);
  }
};

struct LecunUniform : Seeded {
  static constexpr auto kind = "LecunUniform";
  static void describe(auto& d) {
    d.doc("Uniform within sqrt(3 / fan_in) of zero (LeCun et al. 1998).");
    d.alias("lecun_uniform");
    describe_seed(d);
  }
  void fill(const RandomStream& stream, Array& values) const {
    fill_scaled(values, stream, 1, FanMode::fan_in, Distribution::uniform);
  }
};

struct LecunNormal : Seeded {
  static constexpr auto kind = "LecunNormal";
  static void describe(auto& d) {
    d.doc("Truncated normal with variance 1 / fan_in; for selu (LeCun et al. 1998).");
    d.alias("lecun_normal");
    describe_seed(d);
  }
  void fill(const RandomStream& stream, Array& values) const {
    fill_scaled(values, stream, 1, FanMode::fan_in, Distribution::truncated_normal);
  }
};

}  // namespace

void register_variance_scaling(InitializerRegistry& registry) {
  add_initializer<VarianceScaling>(registry);
  add_initializer<GlorotUniform>(registry);
  add_initializer<GlorotNormal>(registry);
  add_initializer<HeUniform>(registry);
  add_initializer<HeNormal>(registry);
  add_initializer<LecunUniform>(registry);
  add_initializer<LecunNormal>(registry);
}

}  // namespace dltrain::layers
