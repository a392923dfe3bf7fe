// dltrain new on real data: what it writes passes check without a word, and trains to something better than always
// saying the same. The data are those of $DLTRAIN_DATA, as far as they are there.
#include <cstdlib>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "core/files.h"
#include "tests/app/process.h"
#include "tests/support/paths.h"

namespace dltrain::test {

namespace {

struct RealData {
  std::string path, bound, more;
};

// "above_majority": accuracy above that of the most frequent class; "max": of the root mean squared error.
const RealData real_data[] = {
    {"tabular/iris.csv", "{metric=\"test_accuracy\",above_majority=0.5}", ""},
    {"tabular/housing.csv", "{metric=\"test_root_mean_squared_error\",max=4.6}", ""},  // the mean: 9.2
    {"tabular/pima-indians-diabetes.csv", "{metric=\"test_accuracy\",above_majority=0.05}", ""},
    {"tabular/adult-train.csv", "{metric=\"test_accuracy\",min=0.845}", "--epochs 10"},  // 0.86 is usual
    {"digits/optdigits-train.csv", "{metric=\"test_accuracy\",min=0.95}", ""},
    {"mnist", "{metric=\"test_accuracy\",min=0.8}", "--epochs 1 --limit-batches 200"},
};

}  // namespace

TEST_CASE("new writes recipes that check without a word and learn more than guessing") {
  const RealData& data = GENERATE(from_range(std::begin(real_data), std::end(real_data)));
  const char* folder = std::getenv("DLTRAIN_DATA");
  if (folder == nullptr) SKIP("$DLTRAIN_DATA is not set");
  if (!exists(join_path(folder, data.path))) SKIP("$DLTRAIN_DATA has no " << data.path);
  INFO(data.path);
  const TemporaryFolder home;
  const Ended made = dltrain_in(home.path(), {"new", "--data", join_path(folder, data.path), "first.toml"});
  INFO(made.err);
  REQUIRE(made.code == 0);
  CHECK(made.err.empty());
  INFO(read_text(home.file("first.toml"), ExitCode::io));
  const Ended checked = shell_in(home.path(), "dltrain check first.toml --quiet " + data.more);
  INFO(checked.err);
  CHECK(checked.code == 0);
  CHECK(checked.err.empty());
  const Ended fitted =
      shell_in(home.path(), "dltrain fit first.toml --quiet --set 'expect=[" + data.bound + "]' " + data.more);
  INFO(fitted.out << fitted.err);
  CHECK(fitted.code == 0);
}

}  // namespace dltrain::test
