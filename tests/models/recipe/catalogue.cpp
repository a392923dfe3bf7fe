#include "tests/models/recipe/catalogue.h"

#include <array>

#include "core/describe.h"
#include "core/step_count.h"
#include "models/recipe/reader.h"

namespace dltrain::test {

namespace {

Schema plain(std::string family, std::string kind, std::vector<std::string> aliases = {}) {
  Schema schema;
  schema.family = std::move(family);
  schema.kind = std::move(kind);
  schema.aliases = std::move(aliases);
  return schema;
}

struct L2 {
  static constexpr auto kind = "L2";
  double l2 = 0.01;
  static void describe(auto& d) {
    d.alias("l2");
    d.param(&L2::l2, "l2", "factor").at_least(0);
  }
};

struct Dense {
  static constexpr auto kind = "Dense";
  int64_t units = 1;
  Component activation = named("activation", "linear");
  bool use_bias = true;
  Component kernel_initializer = named("initializer", "GlorotUniform");
  std::optional<Component> kernel_regularizer;
  static void describe(auto& d) {
    d.param(&Dense::units, "units", "width of the output").required().at_least(1);
    d.param(&Dense::activation, "activation", "applied to the result");
    d.param(&Dense::use_bias, "use_bias", "add a learned offset");
    d.param(&Dense::kernel_initializer, "kernel_initializer", "first values of the weights");
    d.param(&Dense::kernel_regularizer, "kernel_regularizer", "penalty on the weights").family("regularizer");
  }
};

struct Conv2D {
  static constexpr auto kind = "Conv2D";
  int64_t filters = 1;
  std::array<int64_t, 2> kernel_size = {1, 1};
  std::array<int64_t, 2> strides = {1, 1};
  std::string padding = "valid";
  Component activation = named("activation", "linear");
  static void describe(auto& d) {
    d.param(&Conv2D::filters, "filters", "number of outputs per place").required().at_least(1);
    d.param(&Conv2D::kernel_size, "kernel_size", "height and width of the window")
        .required()
        .at_least(1)
        .formerly("kernel");
    d.param(&Conv2D::strides, "strides", "distance of the windows").at_least(1);
    d.param(&Conv2D::padding, "padding", "what happens at the border").one_of({"valid", "same"});
    d.param(&Conv2D::activation, "activation", "applied to the result");
  }
};

struct Dropout {
  static constexpr auto kind = "Dropout";
  double rate = 0.5;
  static void describe(auto& d) {
    d.param(&Dropout::rate, "rate", "share of inputs set to 0").required().at_least(0).less_than(1);
  }
};

struct Rescaling {
  static constexpr auto kind = "Rescaling";
  double scale = 1;
  static void describe(auto& d) { d.param(&Rescaling::scale, "scale", "factor").required(); }
};

struct Crossentropy {
  bool from_logits = false;
  double label_smoothing = 0;
  static void describe(auto& d) {
    d.param(&Crossentropy::from_logits, "from_logits", "the predictions are not probabilities yet");
    d.param(&Crossentropy::label_smoothing, "label_smoothing", "share of each label that is spread")
        .at_least(0)
        .at_most(1);
  }
};
struct CategoricalCrossentropy : Crossentropy {
  static constexpr auto kind = "CategoricalCrossentropy";
  static void describe(auto& d) {
    d.alias("categorical_crossentropy");
    Crossentropy::describe(d);
  }
};
struct BinaryCrossentropy : Crossentropy {
  static constexpr auto kind = "BinaryCrossentropy";
  static void describe(auto& d) {
    d.alias("binary_crossentropy");
    Crossentropy::describe(d);
  }
};
struct SparseCategoricalCrossentropy {
  static constexpr auto kind = "SparseCategoricalCrossentropy";
  bool from_logits = false;
  std::optional<int64_t> ignore_class;
  static void describe(auto& d) {
    d.alias("sparse_categorical_crossentropy");
    d.param(&SparseCategoricalCrossentropy::from_logits, "from_logits", "the predictions are not probabilities yet");
    d.param(&SparseCategoricalCrossentropy::ignore_class, "ignore_class", "a class that does not count");
  }
};

struct NamedMetric {
  std::optional<std::string> name;
  static void describe(auto& d) { d.param(&NamedMetric::name, "name", "in logs"); }
};
struct Accuracy : NamedMetric {
  static constexpr auto kind = "Accuracy";
  static void describe(auto& d) {
    for (const char* name : {"accuracy", "acc"}) d.alias(name);
    NamedMetric::describe(d);
  }
};
struct MeanAbsoluteError : NamedMetric {
  static constexpr auto kind = "MeanAbsoluteError";
  static void describe(auto& d) {
    for (const char* name : {"mean_absolute_error", "mae"}) d.alias(name);
    NamedMetric::describe(d);
  }
};
struct SparseTopK : NamedMetric {
  static constexpr auto kind = "SparseTopKCategoricalAccuracy";
  int64_t k = 5;
  static void describe(auto& d) {
    d.alias("sparse_top_k_categorical_accuracy");
    d.param(&SparseTopK::k, "k", "right if among the best k").at_least(1);
    NamedMetric::describe(d);
  }
};

struct Adam {
  static constexpr auto kind = "Adam";
  RealOrComponent learning_rate = {0.001, {}};
  double beta_1 = 0.9;
  std::optional<double> clipnorm;
  static void describe(auto& d) {
    d.alias("adam");
    d.param(&Adam::learning_rate, "learning_rate", "size of a step").family("schedule").at_least(0);
    d.param(&Adam::beta_1, "beta_1", "decay of the mean").at_least(0).less_than(1);
    d.param(&Adam::clipnorm, "clipnorm", "longest gradient").greater_than(0);
  }
};
struct SGD {
  static constexpr auto kind = "SGD";
  RealOrComponent learning_rate = {0.01, {}};
  double momentum = 0;
  bool nesterov = false;
  static void describe(auto& d) {
    d.alias("sgd");
    d.param(&SGD::learning_rate, "learning_rate", "size of a step").family("schedule").at_least(0);
    d.param(&SGD::momentum, "momentum", "share of the last step").at_least(0).less_than(1);
    d.param(&SGD::nesterov, "nesterov", "look ahead");
  }
  void check(FieldReport& report) const {
    if (nesterov && momentum == 0) report.error("nesterov", "nesterov needs a momentum", "add momentum = 0.9");
  }
};

struct CosineDecay {
  static constexpr auto kind = "CosineDecay";
  double initial_learning_rate = 0.1;
  StepCount decay_steps;
  static void describe(auto& d) {
    d.param(&CosineDecay::initial_learning_rate, "initial_learning_rate", "at the start").required();
    d.param(&CosineDecay::decay_steps, "decay_steps", "length of the decay").required().at_least(1);
  }
};

struct EarlyStopping {
  static constexpr auto kind = "EarlyStopping";
  std::string monitor = "val_loss";
  int64_t patience = 0;
  static void describe(auto& d) {
    d.param(&EarlyStopping::monitor, "monitor", "value that must get better");
    d.param(&EarlyStopping::patience, "patience", "epochs without getting better before the end").at_least(0);
  }
};

struct Csv {
  static constexpr auto kind = "csv";
  std::string path;
  Setting target;
  std::optional<bool> header;
  static void describe(auto& d) {
    d.param(&Csv::path, "path", "the file").required();
    d.param(&Csv::target, "target", "column by name or number").required();
    d.param(&Csv::header, "header", "whether the first row holds names");
  }
};
struct Idx {
  static constexpr auto kind = "idx";
  std::string images;
  std::string labels;
  static void describe(auto& d) {
    d.param(&Idx::images, "images", "the file of images").required();
    d.param(&Idx::labels, "labels", "the file of labels").required();
  }
};

Catalogue make() {
  Catalogue c;
  c.add(make_schema<Dense>("layer"));
  c.add(make_schema<Conv2D>("layer"));
  c.add(make_schema<Dropout>("layer"));
  c.add(make_schema<Rescaling>("layer"));
  for (const char* kind : {"Flatten", "Add", "Concatenate", "ReLU", "Softmax", "BatchNormalization"})
    c.add(plain("layer", kind));
  for (const char* kind : {"linear", "relu", "sigmoid", "softmax", "tanh", "elu", "gelu", "selu"})
    c.add(plain("activation", kind));
  c.add(plain("initializer", "GlorotUniform", {"glorot_uniform"}));
  c.add(plain("initializer", "HeNormal", {"he_normal"}));
  c.add(plain("initializer", "Zeros", {"zeros"}));
  c.add(make_schema<L2>("regularizer"));
  c.add(make_schema<SparseCategoricalCrossentropy>("loss"));
  c.add(make_schema<CategoricalCrossentropy>("loss"));
  c.add(make_schema<BinaryCrossentropy>("loss"));
  c.add(plain("loss", "MeanSquaredError", {"mse", "mean_squared_error"}));
  c.add(make_schema<Accuracy>("metric"));
  c.add(make_schema<MeanAbsoluteError>("metric"));
  c.add(make_schema<SparseTopK>("metric"));
  c.add(make_schema<Adam>("optimizer"));
  c.add(make_schema<SGD>("optimizer"));
  c.add(make_schema<CosineDecay>("schedule"));
  c.add(make_schema<EarlyStopping>("callback"));
  c.add(plain("callback", "ModelCheckpoint"));
  c.add(plain("source", "digits"));
  c.add(plain("source", "iris"));
  c.add(make_schema<Csv>("source"));
  c.add(make_schema<Idx>("source"));
  models::add_planned(c);
  return c;
}

}  // namespace

const Catalogue& small_catalogue() {
  static const Catalogue catalogue = make();
  return catalogue;
}

}  // namespace dltrain::test
