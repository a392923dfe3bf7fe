// Signals: the first saves and ends with 130 or 143 and the line that resumes; the second ends at once; what goes on
// ends identically (P7).
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "tests/faults/runs.h"
#include "training/checkpoint/store.h"

namespace dltrain::test {

namespace {

struct Named {
  const char* name;
  int number;
  int code;
};
constexpr Named stops[] = {{"INT", SIGINT, 130}, {"TERM", SIGTERM, 143}, {"HUP", SIGHUP, 143}};

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
      CHECK((ended.code == stop.code || (ended.code == 0 && n > changes / 4)));
      if (ended.code != 0 && n > changes / 3) CHECK(ended.err.find("dltrain resume run") != std::string::npos);
      check_that_it_goes_on(chosen, place);
      ++sent;
    }
    tally("P7: signals at operations on files, of which every one ended identically", sent);
  }
}

namespace {

// A run that is nearly always in one phase.
struct Phase {
  const char* name;
  std::string recipe;
  double from, to;  // seconds after the start between which signals come
};

std::string phase_recipe(const std::string& data, const std::string& layers, const std::string& more) {
  return "seed = 3\n[data]\n" + data + "\n[model]\nlayers = [" + layers +
         "{ type = \"Dense\", units = 10, activation = \"softmax\" }]\n[train]\nepochs = 1000000\n"
         "loss = \"sparse_categorical_crossentropy\"\n[run]\nthreads = 1\n" +
         more;
}

std::vector<Phase> phases() {
  const std::string cnn = "{ type = \"Conv2D\", filters = 8, kernel_size = 3 }, \"Flatten\", ";
  const std::string flat = "\"Flatten\", ";
  const std::string scan = "type = \"csv\"\nfile = \"large.csv\"\ntarget = \"y\"";
  return {{"it trains", phase_recipe("type = \"digits\"", cnn, ""), 0.15, 0.4},
          {"it validates", phase_recipe("type = \"digits\"\n[data.validation]\nsplit = 0.97", cnn, ""), 0.15, 0.4},
          {"it saves",
           phase_recipe("type = \"digits\"", flat, "[[callbacks]]\ntype = \"ModelCheckpoint\"\nevery_steps = 1\n"),
           0.15, 0.4},
          {"it reads data", phase_recipe(scan, "", ""), 0.05, 0.3},
          {"it starts", phase_recipe("type = \"digits\"", cnn, ""), 0, 0.08}};
}

// A table that takes seconds to read.
void write_large_table(const std::string& path) {
  std::string text = "a,b,c,y\n";
  for (int i = 0; i < 400000; ++i)
    text += std::to_string(i % 97) + "." + std::to_string(i % 89) + ",0.25," + std::to_string(i % 13) + "," +
            std::to_string(i % 10) + "\n";
  OutputFile file(path, OutputFile::Mode::truncate);
  file.write(text);
  file.close();
}

}  // namespace

TEST_CASE("signals in every phase of a run end it soon, and what was saved is good") {
  std::mt19937_64 random(17);
  double longest = 0;
  for (const Phase& phase : phases()) {
    int64_t sent = 0;
    for (int i = 0; i < sized(3, 60); ++i) {
      const RunPlace place(run_case("mlp-adam"));
      write_file_durably(place.file("recipe.toml"), phase.recipe);
      if (phase.recipe.find("large.csv") != std::string::npos) write_large_table(place.file("large.csv"));
      const Named& stop = stops[i % 3];
      Process process(place.fit(), place.path());
      std::this_thread::sleep_for(
          std::chrono::duration<double>(std::uniform_real_distribution<double>(phase.from, phase.to)(random)));
      // These change nothing.
      if (i % 4 == 0 && phase.from >= 0.15) {
        process.send(SIGTSTP);
        process.send(SIGCONT);
        process.send(SIGPIPE);
      }
      const auto start = std::chrono::steady_clock::now();
      process.send(stop.number);
      const Ended ended = process.wait();
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      longest = std::max(longest, seconds);
      INFO(phase.name << ", " << stop.name << ", exit code " << ended.code << " after " << seconds
                      << " s: " << ended.err);
      // Before the program has begun, the signal ends it as any other.
      CHECK((ended.code == stop.code || (phase.from < 0.15 && ended.code == 128 + stop.number)));
      CHECK(seconds < 5);
      std::vector<std::string> notes;
      const auto newest = training::newest_checkpoint(place.run(), notes);
      CHECK(notes.empty());
      if (ended.err.find("stopped at epoch") != std::string::npos) CHECK(newest);
      ++sent;
    }
    tally(std::string("P7: signals while ") + phase.name, sent);
  }
  tally("P7: milliseconds from such a signal to the exit, at most", static_cast<int64_t>(longest * 1000));
}

TEST_CASE("a second signal ends the process at once, and the run goes on identically") {
  RunCase longer = run_case("cnn-adam");
  longer.name += "-long";
  longer.words = {"--epochs", full_size() ? "60" : "30"};
  const double whole = reference_seconds(longer);
  std::mt19937_64 random(5);
  int64_t ended_by_second = 0;
  double longest = 0;
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
    if (ended.code == 130) longest = std::max(longest, seconds);
    INFO("exit code " << ended.code << " after " << seconds << " s: " << ended.err);
    CHECK((ended.code == 143 || ended.code == 130 || ended.code == 0));
    if (ended.code == 130) ++ended_by_second;
    CHECK(seconds < 2);
    check_that_it_goes_on(longer, place);
  }
  tally("P7: pairs of signals, of which every run ended identically", sized(4, 200));
  tally("P7: of these processes ended by the second signal", ended_by_second);
  tally("P7: milliseconds from the second signal to the exit, at most", static_cast<int64_t>(longest * 1000));
}

}  // namespace dltrain::test
