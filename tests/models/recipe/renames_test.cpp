// dltrain migrate: every former name that a description knows becomes the name of today, wherever a component can stand,
// and nothing else of the text changes.
#include "models/recipe/renames.h"

#include <catch2/catch_test_macros.hpp>

#include "core/diagnostic.h"
#include "core/text.h"
#include "layers/registry.h"
#include "models/catalogue.h"
#include "models/recipe/reader.h"
#include "tests/support/catalogue.h"

namespace dltrain::test {

using models::migrated;
using models::Migrated;

namespace {

const Catalogue& catalogue() {
  static const Catalogue all = catalogue_of(layers::fill_catalogue, models::fill_catalogue);
  return all;
}

std::string new_text(const std::string& text) { return migrated("recipe.toml", text, catalogue()).text; }

}  // namespace

TEST_CASE("every former name becomes the name of today") {
  size_t count = 0;
  for (const std::string& family : catalogue().families()) {
    for (const std::string& kind : catalogue().kinds(family)) {
      for (const Field& field : catalogue().find(family, kind)->fields) {
        for (const std::string& former : field.former_names) {
          const std::string before = "x = [{ type = \"" + kind + "\",  " + former + " = 1 }]  # " + former + "\n";
          const std::string after = "x = [{ type = \"" + kind + "\",  " + field.name + " = 1 }]  # " + former + "\n";
          INFO(before);
          CHECK(new_text(before) == after);
          CHECK(new_text(after) == after);
          ++count;
        }
      }
    }
  }
  CHECK(count >= 50);
}

TEST_CASE("names of old tutorials are known") {
  CHECK(new_text("[train]\nnb_epoch = 3\n") == "[train]\nepochs = 3\n");
  CHECK(new_text("x = { type = \"Embedding\", output_dim = 3, init = \"uniform\" }\n") ==
        "x = { type = \"Embedding\", output_dim = 3, embeddings_initializer = \"uniform\" }\n");
  CHECK(new_text("x = { type = \"Conv1D\", filter_length = 3, subsample_length = 1, atrous_rate = 2 }\n") ==
        "x = { type = \"Conv1D\", kernel_size = 3, strides = 1, dilation_rate = 2 }\n");
  CHECK(new_text("x = { type = \"MaxPooling1D\", pool_length = 2, stride = 2 }\n") ==
        "x = { type = \"MaxPooling1D\", pool_size = 2, strides = 2 }\n");
  CHECK(new_text("x = { type = \"LSTM\", U_regularizer = { type = \"L2\", l = 0.1 } }\n") ==
        "x = { type = \"LSTM\", recurrent_regularizer = { type = \"L2\", l2 = 0.1 } }\n");
  CHECK(new_text("x = { type = \"LeakyReLU\", alpha = 0.1 }\ny = { type = \"MaxNorm\", m = 2 }\n") ==
        "x = { type = \"LeakyReLU\", negative_slope = 0.1 }\ny = { type = \"MaxNorm\", max_value = 2 }\n");
  CHECK(new_text("x = { type = \"VarianceScaling\", scale = 2 }\ny = { type = \"ELU\", alpha = 0.5 }\n") ==
        "x = { type = \"VarianceScaling\", scale = 2 }\ny = { type = \"ELU\", alpha = 0.5 }\n");
}

TEST_CASE("keys are renamed as they are written") {
  CHECK(new_text("[train.optimizer]\ntype = \"SGD\"\n\"lr\" = 0.1\n") ==
        "[train.optimizer]\ntype = \"SGD\"\nlearning_rate = 0.1\n");
  CHECK(new_text("[train]\noptimizer.type = \"SGD\"\noptimizer.lr = 0.1\n") ==
        "[train]\noptimizer.type = \"SGD\"\noptimizer.learning_rate = 0.1\n");
  CHECK(new_text("a = \"ä lr\"\nb = { c = 'ü', type = \"Adam\", lr = 1 } # lr\n") ==
        "a = \"ä lr\"\nb = { c = 'ü', type = \"Adam\", learning_rate = 1 } # lr\n");
  // Wrappers and blocks.
  CHECK(new_text("[blocks.b]\nlayers = [{ type = \"x\", layer = { type = \"Dense\", output_dim = 3 } }]\n") ==
        "[blocks.b]\nlayers = [{ type = \"x\", layer = { type = \"Dense\", units = 3 } }]\n");
}

TEST_CASE("keys that are no former names stay") {
  for (const std::string text :
       {"lr = 1\n", "[train]\nlr = 1\n", "x = { type = \"Conv2D\", output_dim = 1 }\n", "x = { lr = 1 }\n",
        "x = { type = \"ReduceLROnPlateau\" }\n", "x = { type = \"Adam\", epsilon = 1 }\n"})
    CHECK(new_text(text) == text);
}

TEST_CASE("where both names stand, the user must say which one is meant") {
  const std::string text = "x = { type = \"Adam\", lr = 1, learning_rate = 2 }\ny = { type = \"Adam\", lr = 3 }\n";
  const Migrated result = migrated("recipe.toml", text, catalogue());
  CHECK(result.text ==
        "x = { type = \"Adam\", lr = 1, learning_rate = 2 }\ny = { type = \"Adam\", learning_rate = 3 }\n");
  REQUIRE(result.left.size() == 1);
  CHECK(result.left[0].place.line == 1);
  CHECK(result.left[0].place.column == 22);
}

TEST_CASE("what is not TOML is not migrated") { CHECK_THROWS_AS(new_text("a = "), UserError); }

}  // namespace dltrain::test
