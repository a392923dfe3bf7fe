// A run that is killed, at any operation on files or at any time, and goes on ends as if nothing had happened (P1, P2,
// P11).
#include <algorithm>
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "tests/faults/logs.h"
#include "tests/faults/runs.h"
#include "training/run_folder.h"

namespace dltrain::test {

namespace {

int64_t steps_of(const std::string& run) { return training::read_run_record(run).step; }

void check_that_all_goes_on(const RunCase& run_case, const RunPlace& place) {
  check_that_it_goes_on(run_case, place);
  // Recipes of the repository record fewer steps.
  CHECK(trouble_at_end(place.run(), run_case.recipe.empty() ? 0 : steps_of(place.run())) == "");
}

uint64_t changes_of(const RunCase& run_case) {
  const RunPlace place(run_case);
  REQUIRE(place.go(place.fit(), "count=" + place.file("count")).code == 0);
  return read_counters(place.file("count")).changes;
}

}  // namespace

TEST_CASE("two runs of a case are identical, and those of two cases are not") {
  for (const char* name : {"mlp-adam", "cnn-adamw-accumulated"}) {
    const RunCase& chosen = run_case(name);
    const RunPlace place(chosen);
    REQUIRE(place.go(place.fit()).code == 0);
    CHECK(difference(reference(chosen), fingerprint(place.run())) == "");
    CHECK(reference(chosen).size() > 40);
  }
  const RunCase other{"other", std::string(run_case("mlp-adam").recipe).replace(0, 8, "seed = 4"), {}};
  const RunPlace place(other);
  REQUIRE(place.go(place.fit()).code == 0);
  const std::string text = difference(reference(run_case("mlp-adam")), fingerprint(place.run()));
  for (const char* part :
       {"checkpoint layers/dense", "training ", "model layers/dense", "history.csv line 2", "history.jsonl line 1"}) {
    CHECK(text.find(part) != std::string::npos);
  }
}

TEST_CASE("a run killed at any operation on files goes on identically") {
  for (const char* name : {"mlp-adam", "cnn-adamw-accumulated"}) {
    const RunCase& chosen = run_case(name);
    const uint64_t changes = changes_of(chosen);
    REQUIRE(changes > 200);
    const uint64_t every = full_size() ? 1 : changes / 8;
    int64_t kills = 0;
    for (uint64_t n = 1; n <= changes; n += every) {
      const RunPlace place(chosen);
      const char* when[] = {"", ",after", ",torn"};
      const std::string fault = "crash@" + std::to_string(n) + when[n / every % 3];
      INFO(name << " with " << fault);
      // How many checkpoints a run writes depends on how fast the disk is, so that the last operations may not be met.
      if (place.go(place.fit(), fault).code == 128 + SIGKILL) ++kills;
      CHECK(trouble_after_kill(place.run()) == "");
      check_that_all_goes_on(chosen, place);
    }
    CHECK(kills >= 3);
    tally("P1, P2, P11: kills at operations on files, of which every one ended identically", kills);
  }
}

TEST_CASE("a run killed at random times goes on identically") {
  std::vector<RunCase> cases = run_cases();
  const std::vector<RunCase> recipes = recipe_cases();
  cases.insert(cases.end(), recipes.begin(), recipes.end());
  std::mt19937_64 random(20261121);
  const int wanted = sized(30, 1000);
  int kills = 0;
  for (int round = 0; kills < wanted; ++round) {
    const RunCase& chosen = cases[static_cast<size_t>(round) % cases.size()];
    const RunPlace place(chosen);
    const double whole = reference_seconds(chosen);
    const int attempts = 1 + static_cast<int>(random() % 2);
    INFO(chosen.name << ", round " << round);
    for (int i = 0; i < attempts; ++i) {
      Process process(i == 0 ? place.fit() : place.resume(), place.path());
      const double seconds = std::uniform_real_distribution<double>(0, whole)(random);
      std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
      process.send(SIGKILL);
      if (process.wait().code == 128 + SIGKILL) ++kills;
      CHECK(trouble_after_kill(place.run()) == "");
    }
    check_that_all_goes_on(chosen, place);
  }
  tally("P1, P2, P11: kills at random times, of which every one ended identically", kills);
}

}  // namespace dltrain::test
