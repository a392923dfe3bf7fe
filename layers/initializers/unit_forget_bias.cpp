// UnitForgetBias: the bias of an LSTM whose forget gate begins open (Jozefowicz et al. 2015).
#include <algorithm>

#include "layers/initializers.h"

namespace dltrain::layers {
namespace {

struct UnitForgetBias {
  static constexpr auto kind = "UnitForgetBias";
  Component initializer = named("initializer", "Zeros");

  static void describe(auto& d) {
    d.doc("For the bias of an LSTM: ones for the forget gate, the second quarter; the others as `initializer` says.");
    d.param(&UnitForgetBias::initializer, "initializer", "of the other gates");
  }

  void fill(uint64_t seed, uint64_t stream, Array& values) const {
    const int64_t quarter = values.elements() / 4;
    if (values.shape.rank() != 1 || values.elements() != 4 * quarter) {
      throw UserError(ExitCode::recipe, "weight-shape", "initializer UnitForgetBias",
                      "needs the bias of four gates (was " + values.shape.text() + ")", "use Zeros here");
    }
    initializer_registry().at(initializer).fill(initializer, seed, stream, values);
    for (int64_t i = quarter; i < 2 * quarter; ++i) set_element(values, i, 1);
  }
};

}  // namespace

void register_unit_forget_bias(InitializerRegistry& registry) {
  registry.add({make_schema<UnitForgetBias>("initializer"),
                [](const Component& component, uint64_t seed, uint64_t stream, Array& values) {
                  read<UnitForgetBias>(component).fill(seed, stream, values);
                }});
}

}  // namespace dltrain::layers
