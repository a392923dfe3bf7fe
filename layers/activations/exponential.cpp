// Activations made of exponentials, element by element.
#include "graph/ops.h"
#include "layers/activations.h"

namespace dltrain::layers {
namespace {

struct Elu {
  static constexpr auto kind = "elu";
  double alpha = 1;
  static void describe(auto& d) {
    d.doc("x for positive x, alpha (e^x - 1) below (Clevert et al. 2016).");
    d.param(&Elu::alpha, "alpha", "what it tends to below, with a minus sign").at_least(0);
  }
  Value activate(Builder& b, Value x) const { return graph::elu(b, x, alpha); }
};

struct Selu {
  static constexpr auto kind = "selu";
  static void describe(auto& d) {
    d.doc("1.0507 elu(x, 1.6733): keeps mean 0 and variance 1 with LecunNormal (Klambauer et al. 2017).");
  }
  Value activate(Builder& b, Value x) const { return graph::selu(b, x); }
};

struct Gelu {
  static constexpr auto kind = "gelu";
  bool approximate = false;
  static void describe(auto& d) {
    d.doc("x times the standard normal distribution function of x (Hendrycks and Gimpel 2016).");
    d.param(&Gelu::approximate, "approximate", "use the form with tanh");
  }
  Value activate(Builder& b, Value x) const { return graph::gelu(b, x, approximate); }
};

struct Silu {
  static constexpr auto kind = "silu";
  static void describe(auto& d) {
    d.doc("x sigmoid(x) (Ramachandran et al. 2017).");
    d.alias("swish");
  }
  Value activate(Builder& b, Value x) const { return graph::silu(b, x); }
};

struct Sigmoid {
  static constexpr auto kind = "sigmoid";
  static void describe(auto& d) { d.doc("1 / (1 + e^-x)."); }
  Value activate(Builder& b, Value x) const { return graph::sigmoid(b, x); }
};

struct Tanh {
  static constexpr auto kind = "tanh";
  static void describe(auto& d) { d.doc("Hyperbolic tangent."); }
  Value activate(Builder& b, Value x) const { return graph::tanh(b, x); }
};

struct Softplus {
  static constexpr auto kind = "softplus";
  static void describe(auto& d) { d.doc("log(1 + e^x)."); }
  Value activate(Builder& b, Value x) const { return graph::softplus(b, x); }
};

struct Softsign {
  static constexpr auto kind = "softsign";
  static void describe(auto& d) { d.doc("x / (1 + |x|)."); }
  Value activate(Builder& b, Value x) const { return graph::softsign(b, x); }
};

struct Exponential {
  static constexpr auto kind = "exponential";
  static void describe(auto& d) { d.doc("e^x: always positive, and soon very large."); }
  Value activate(Builder& b, Value x) const { return graph::exp(b, x); }
};

}  // namespace

void register_exponential(ActivationRegistry& registry) {
  add_activation<Elu>(registry);
  add_activation<Selu>(registry);
  add_activation<Gelu>(registry);
  add_activation<Silu>(registry);
  add_activation<Sigmoid>(registry);
  add_activation<Tanh>(registry);
  add_activation<Softplus>(registry);
  add_activation<Softsign>(registry);
  add_activation<Exponential>(registry);
}

}  // namespace dltrain::layers
