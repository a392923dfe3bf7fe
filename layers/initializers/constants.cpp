// Initializers without chance: zeros, ones, a constant, the identity matrix.
#include "layers/initializers.h"
#include "layers/support/draw.h"

namespace dltrain::layers {
namespace {

struct Zeros {
  static constexpr auto kind = "Zeros";
  static void describe(auto& d) {
    d.doc("All zero.");
    d.alias("zeros");
    d.alias("zero");
  }
  void fill(Array&) const {}  // a new array is zero
};

struct Ones {
  static constexpr auto kind = "Ones";
  static void describe(auto& d) {
    d.doc("All one.");
    d.alias("ones");
    d.alias("one");
  }
  void fill(Array& values) const { fill_constant(values, 1); }
};

struct Constant {
  static constexpr auto kind = "Constant";
  double value = 0;
  static void describe(auto& d) {
    d.doc("All equal to one value.");
    d.alias("constant");
    d.param(&Constant::value, "value", "of every element");
  }
  void fill(Array& values) const { fill_constant(values, value); }
};

struct Identity {
  static constexpr auto kind = "Identity";
  double gain = 1;
  static void describe(auto& d) {
    d.doc("A matrix with `gain` on the diagonal and zero elsewhere; for weights with two axes.");
    d.alias("identity");
    d.param(&Identity::gain, "gain", "value on the diagonal").formerly("scale");
  }
  void fill(Array& values) const {
    if (values.shape.rank() != 2) {
      throw UserError(ExitCode::recipe, "weight-shape", "initializer Identity",
                      "needs a weight with two axes (was " + values.shape.text() + ")", "use GlorotUniform here");
    }
    const int64_t columns = values.shape[1];
    for (int64_t i = 0; i < values.shape[0] && i < columns; ++i) set_element(values, i * columns + i, gain);
  }
};

}  // namespace

void register_constants(InitializerRegistry& registry) {
  add_initializer<Zeros>(registry);
  add_initializer<Ones>(registry);
  add_initializer<Constant>(registry);
  add_initializer<Identity>(registry);
}

}  // namespace dltrain::layers
