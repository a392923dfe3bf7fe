// Weights from one model to another, layer by layer.
#include "training/transfer.h"

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "formats/hdf5/weights_file.h"
#include "tests/support/paths.h"
#include "tests/training/experiment.h"

namespace dltrain::test {

namespace {

using Fate = training::LayerTransfer::Fate;
using Groups = std::vector<formats::WeightGroup>;

struct Fresh {
  models::Spec spec;
  std::unique_ptr<datasets::Dataset> data;
  std::unique_ptr<training::Model> model;
};

// The model of a recipe of fixtures/keras/training with its starting weights; the file of these is beside it.
Fresh fresh(const std::string& name, const std::vector<std::string>& changes = {}) {
  Fresh f;
  f.spec = spec_of(fixture_path("keras/training/" + name + ".toml"), changes);
  f.data = data_of(f.spec);
  f.model = model_of(f.spec, *f.data, "cpu");
  return f;
}

std::string file_of(const std::string& name) { return fixture_path("keras/training/" + name + ".weights.h5"); }

formats::WeightGroup& group_of(Groups& groups, const std::string& name) {
  for (formats::WeightGroup& group : groups) {
    if (group.name == name) return group;
  }
  throw Bug("no group " + name);
}

Fate fate_of(const training::Transfer& transfer, const std::string& layer) {
  for (const auto& one : transfer.layers) {
    if (one.layer == layer) return one.fate;
  }
  throw Bug("no layer " + layer);
}

bool same_weights(training::Model& a, training::Model& b) {
  for (const graph::StateInfo& info : a.program().states().list()) {
    const bool counts = info.role == graph::StateRole::weight || info.role == graph::StateRole::buffer;
    if (counts && !(a.session().state(info.name) == b.session().state(info.name))) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("Keras' file of the same model is taken as a whole, by name") {
  for (const std::string name : {"mlp", "cnn", "two_towers", "regression", "tokens"}) {
    DYNAMIC_SECTION(name) {
      const Fresh right = fresh(name);
      const Fresh other = fresh(name, {"train.epochs=1"});
      other.model->initialize();
      CHECK_FALSE(same_weights(*right.model, *other.model));
      const training::Transfer transfer = training::plan_transfer(*other.model, file_of(name));
      CHECK(transfer.complete());
      CHECK(transfer.by_name);
      training::apply_transfer(*other.model, transfer);
      CHECK(same_weights(*right.model, *other.model));
    }
  }
}

TEST_CASE("where the names are others, a file of the same structure is taken by Keras' paths") {
  const Fresh right = fresh("cnn");
  const TemporaryFolder folder;
  for (const bool named : {true, false}) {
    Groups groups = formats::read_weights_file(file_of("cnn"));
    for (formats::WeightGroup& group : groups) group.name = named ? "later_" + group.name : "";
    formats::write_weights_file(folder.file("x.weights.h5"), groups);
    const Fresh other = fresh("cnn");
    other.model->initialize();
    const training::Transfer transfer = training::plan_transfer(*other.model, folder.file("x.weights.h5"));
    CHECK(transfer.complete());
    CHECK_FALSE(transfer.by_name);
    training::apply_transfer(*other.model, transfer);
    CHECK(same_weights(*right.model, *other.model));
  }
}

TEST_CASE("names decide where both fit") {
  const TemporaryFolder folder;
  Groups groups = formats::read_weights_file(file_of("cnn"));
  std::swap(group_of(groups, "norm_a").path, group_of(groups, "norm_b").path);
  formats::write_weights_file(folder.file("x.weights.h5"), groups);
  const Fresh right = fresh("cnn");
  const Fresh other = fresh("cnn");
  other.model->initialize();
  training::apply_transfer(*other.model, training::plan_transfer(*other.model, folder.file("x.weights.h5")));
  CHECK(same_weights(*right.model, *other.model));
}

TEST_CASE("what does not fit is told apart, and left as it is") {
  const TemporaryFolder folder;
  Groups groups = formats::read_weights_file(file_of("cnn"));
  group_of(groups, "norm_a").name = "old";
  group_of(groups, "last").variables[0] = Array(DType::f32, {3, 3});
  formats::write_weights_file(folder.file("x.weights.h5"), groups);
  const Fresh other = fresh("cnn");
  other.model->initialize();
  const Array last = other.model->session().state("last/bias");
  const Array gamma = other.model->session().state("norm_a/gamma");
  const training::Transfer transfer = training::plan_transfer(*other.model, folder.file("x.weights.h5"));
  CHECK_FALSE(transfer.complete());
  CHECK(transfer.by_name);
  CHECK(transfer.taken() == 3);
  CHECK(fate_of(transfer, "conv_a") == Fate::taken);
  CHECK(fate_of(transfer, "norm_a") == Fate::absent);
  CHECK(fate_of(transfer, "last") == Fate::misfit);
  CHECK(fate_of(transfer, "old") == Fate::surplus);
  CHECK(transfer.takes("conv_b"));
  CHECK_FALSE(transfer.takes("last"));
  CHECK_FALSE(transfer.takes("old"));
  training::apply_transfer(*other.model, transfer);
  CHECK(other.model->session().state("last/bias") == last);
  CHECK(other.model->session().state("norm_a/gamma") == gamma);
  CHECK(other.model->session().state("conv_a/kernel") == group_of(groups, "conv_a").variables[0]);
}

TEST_CASE("a layer with a variable less in the file is a misfit, not read beyond its end") {
  const TemporaryFolder folder;
  Groups groups = formats::read_weights_file(file_of("cnn"));
  group_of(groups, "norm_b").variables.pop_back();
  formats::write_weights_file(folder.file("x.weights.h5"), groups);
  CHECK(fate_of(training::plan_transfer(*fresh("cnn").model, folder.file("x.weights.h5")), "norm_b") == Fate::misfit);
}

TEST_CASE("weights are found in a run, in a model and as a file") {
  const TemporaryFolder folder;
  create_directories(folder.file("run/model"));
  write_file_durably(folder.file("run/model/model.weights.h5"), "x");
  CHECK(training::weights_file_of(folder.file("run")) == folder.file("run/model/model.weights.h5"));
  CHECK(training::weights_file_of(folder.file("run/model")) == folder.file("run/model/model.weights.h5"));
  CHECK(training::weights_file_of(folder.file("run/model/model.weights.h5")) ==
        folder.file("run/model/model.weights.h5"));
  CHECK_THROWS_AS(training::weights_file_of(folder.file("other")), UserError);
  CHECK_THROWS_AS(training::weights_file_of(folder.path()), UserError);
}

}  // namespace dltrain::test
