// Signals: the first saves and ends with 130 or 143 and the line that resumes; the second ends at once; what goes on
// ends identically (P7).
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "tests/faults/runs.h"

namespace dltrain::test {

namespace {

struct Named {
  const char* name;
  int number;
  int code;
};
constexpr Named stops[] = {{"INT", SIGINT, 130}, {"TERM", SIGTERM, 143}, {"HUP", SIGHUP, 143}};

void check_that_it_goes_on(const RunCase& chosen, const RunPlace& place) {
  const Ended after = place.go(place.resume());
  INFO(after.err);
  REQUIRE(after.code == 0);
  CHECK(difference(reference(chosen), fingerprint(place.run())) == "");
}

}  // namespace

TEST_CASE("a signal at any operation on files saves, and the run goes on identically") {
  for (const char* name : {"mlp-adam", "cnn-sgd-accumulated"}) {
    const RunCase& chosen = run_case(name);
    const RunPlace counted(chosen);
    REQUIRE(counted.go(counted.fit(), "count=" + counted.file("count")).code == 0);
    const uint64_t changes = read_counters(counted.file("count")).changes;
    const uint64_t every = std::max<uint64_t>(1, changes / static_cast<uint64_t>(sized(6, 200)));
    int64_t sent = 0;
    for (uint64_t n = 1; n <= changes; n += every) {
      const Named& stop = stops[n / every % 3];
      const RunPlace place(chosen);
      const Ended ended = place.go(place.fit(), std::string("signal:") + stop.name + "@" + std::to_string(n));
      INFO(name << ", " << stop.name << " at operation " << n << ", exit code " << ended.code << ": " << ended.err);
      // After the last step there is nothing left to stop.
      CHECK((ended.code == stop.code || (ended.code == 0 && n > changes / 2)));
      if (ended.code != 0 && n > changes / 4) CHECK(ended.err.find("dltrain resume run") != std::string::npos);
      check_that_it_goes_on(chosen, place);
      ++sent;
    }
    tally("signals, of which every one ended identically", sent);
  }
}

TEST_CASE("a second signal ends the process at once, and the run goes on identically") {
  RunCase longer = run_case("cnn-adam");
  longer.name += "-long";
  longer.words = {"--epochs", full_size() ? "60" : "30"};
  const double whole = reference_seconds(longer);
  std::mt19937_64 random(5);
  int64_t ended_by_second = 0;
  for (int i = 0; i < sized(4, 200); ++i) {
    const RunPlace place(longer);
    Process process(place.fit(), place.path());
    std::this_thread::sleep_for(
        std::chrono::duration<double>(std::uniform_real_distribution<double>(0.3, 1)(random) * whole));
    process.send(SIGTERM);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 2000));
    process.send(SIGINT);
    const auto start = std::chrono::steady_clock::now();
    const Ended ended = process.wait();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    INFO("exit code " << ended.code << " after " << seconds << " s: " << ended.err);
    CHECK((ended.code == 143 || ended.code == 130 || ended.code == 0));
    if (ended.code == 130) ++ended_by_second;
    CHECK(seconds < 2);
    check_that_it_goes_on(longer, place);
  }
  tally("pairs of signals, of which every run ended identically", sized(4, 200));
  tally("of these processes ended by the second signal", ended_by_second);
}

}  // namespace dltrain::test
