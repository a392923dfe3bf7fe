// The same recipe gives the same bits: again and again, whoever looks on, under load, and with other callbacks that only
// look on (P12); and every checkpoint says what it was made with (P14).
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <memory>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "tests/faults/runs.h"
#include "training/checkpoint/store.h"

namespace dltrain::test {

namespace {

// What callbacks that only look on may not change.
Fingerprint trained_part(const Fingerprint& whole) {
  Fingerprint part;
  for (const auto& [key, value] : whole) {
    for (const char* start : {"checkpoint ", "training ", "model ", "position", "history"}) {
      if (key.starts_with(start)) part[key] = value;
    }
  }
  return part;
}

// The exit code of a program at a terminal of its own, whose text is read and thrown away.
int at_terminal(const std::vector<std::string>& words, const std::string& folder) {
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    if (::chdir(folder.c_str()) != 0) ::_exit(127);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  char text[4096];
  while (::read(terminal, text, sizeof(text)) > 0) continue;
  ::close(terminal);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

const std::vector<std::string> names = {"mlp-adam", "cnn-adamw-accumulated", "cnn-sgd"};

}  // namespace

TEST_CASE("a recipe gives the same bits again and again") {
  const int repeats = sized(5, 100);
  for (int i = 0; i < repeats; ++i) {
    const RunCase& chosen = run_case(names[static_cast<size_t>(i) % names.size()]);
    const RunPlace place(chosen);
    REQUIRE(place.go(place.fit()).code == 0);
    CHECK(difference(reference(chosen), fingerprint(place.run())) == "");
  }
  tally("P12: repeats, all with the same bits", repeats);
}

TEST_CASE("who looks on changes nothing") {
  int64_t done = 0;
  for (const std::string& name : names) {
    const RunCase& chosen = run_case(name);
    for (const char* option : {"--quiet", "--json", "--verbose"}) {
      const RunPlace place(chosen);
      std::vector<std::string> words = place.fit();
      words.emplace_back(option);
      REQUIRE(place.go(words).code == 0);
      CHECK(difference(reference(chosen), fingerprint(place.run())) == "");
      ++done;
    }
    const RunPlace place(chosen);
    REQUIRE(at_terminal(place.fit(), place.path()) == 0);
    CHECK(difference(reference(chosen), fingerprint(place.run())) == "");
    ++done;
  }
  tally("P12: runs that somebody looked at in another way, all with the same bits", done);
}

TEST_CASE("callbacks that only look on change nothing") {
  const std::vector<std::string> lists = {
      "",
      "\"TensorBoard\"",
      "{type=\"TensorBoard\", enabled=false}",
      "{type=\"TensorBoard\", update_freq=\"batch\", histogram_freq=1, write_images=true, predictions_freq=1, embeddings_freq=1}",
      "{type=\"CSVLogger\", filename=\"a.csv\"}",
      "{type=\"Timer\", max_time=\"1h\"}",
      "{type=\"Command\", command=[\"true\"]}",
      "{type=\"ModelCheckpoint\", every_steps=1, keep_best=3}",
      "{type=\"EarlyStopping\", monitor=\"val_loss\", patience=100}"};
  int64_t done = 0;
  for (const std::string& name : names) {
    const RunCase& chosen = run_case(name);
    for (const std::string& list : lists) {
      const RunPlace place(chosen);
      std::vector<std::string> words = place.fit();
      words.insert(words.end(), {"--set", "callbacks=[" + list + "]"});
      const Ended ended = place.go(words);
      INFO(name << " with " << list << ": " << ended.err);
      REQUIRE(ended.code == 0);
      CHECK(difference(trained_part(reference(chosen)), trained_part(fingerprint(place.run()))) == "");
      ++done;
    }
  }
  tally("P12: runs with other callbacks that look on, all with the same bits", done);
}

TEST_CASE("a machine under load changes nothing") {
  const int runs = sized(3, 30);
  std::vector<std::unique_ptr<Process>> load;
  for (int i = 0; i < 4; ++i)
    load.push_back(std::make_unique<Process>(std::vector<std::string>{"sh", "-c", "while :; do :; done"}, "/"));
  for (int i = 0; i < runs; ++i) {
    RunCase chosen = run_case(names[static_cast<size_t>(i) % names.size()]);
    chosen.name += "-two-threads";
    chosen.words = {"--threads", "2"};
    const RunPlace place(chosen);
    REQUIRE(place.go(place.fit()).code == 0);
    CHECK(difference(reference(chosen), fingerprint(place.run())) == "");
  }
  tally("P12: runs under load, with two threads, all with the same bits", runs);
}

TEST_CASE("a checkpoint says what it was made with, and going on says what is different") {
  const RunPlace place(run_case("mlp-adam"));
  REQUIRE(place.go({program_path(), "fit", "recipe.toml", "--run", "run", "--epochs", "1"}).code == 0);
  const std::string checkpoint = training::list_checkpoints(place.run()).back().path;
  for (const std::string& path : {checkpoint + "/manifest.json", place.run() + "/run.json"}) {
    const Setting record = formats::read_json(path, ExitCode::io);
    const Table& table = *record.table()->at("surroundings").table();
    std::string all;
    for (const Table::Entry& entry : table.entries()) all += entry.value.toml() + "\n";
    INFO(path << ":\n" << all);
    for (const char* part : {"0.1.0 (", "1 thread", "oneDNN", "recipe.toml", "cpu"})
      CHECK(all.find(part) != std::string::npos);
    CHECK(table.at("data").text()->size() == 64);
  }
  CHECK(read_text(checkpoint + "/recipe.toml", ExitCode::io).find("seed = 3") != std::string::npos);
  const Ended other = place.go({program_path(), "resume", "run", "--epochs", "2", "--threads", "2"});
  CHECK(other.code == 0);
  CHECK(other.err.find("2 threads") != std::string::npos);
  CHECK(other.err.find("not bit for bit") != std::string::npos);
}

}  // namespace dltrain::test
