// dltrain logs, over event files that are made here.
#include <chrono>
#include <cmath>
#include <csignal>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "core/text.h"
#include "formats/tfevents/event_writer.h"
#include "formats/tfevents/summaries.h"
#include "tests/app/process.h"
#include "tests/support/golden.h"

namespace dltrain::test {

namespace {

using formats::EventWriter;
using formats::NamedScalar;

// Twenty epochs: a loss that falls, and one that rises again.
void write_run(const TemporaryFolder& folder, const std::string& name, double slower) {
  create_directories(folder.file(name + "/events/train"));
  create_directories(folder.file(name + "/events/validation"));
  EventWriter train(folder.file(name + "/events/train/events.out.tfevents.1000000000.host.1.0.v2"), 1);
  EventWriter validation(folder.file(name + "/events/validation/events.out.tfevents.1000000000.host.1.1.v2"), 1);
  formats::Event text;
  text.values = {formats::text_summary("recipe", "# a recipe")};
  train.add(text);
  for (int i = 0; i < 20; ++i) {
    const double loss = std::exp(-i / (4 * slower));
    train.add_scalars(
        i, i,
        std::vector<NamedScalar>{{"epoch_loss", loss}, {"epoch_learning_rate", 0.125}, {"odd, \"tag\"", i * 0.5}});
    validation.add_scalars(i, i, std::vector<NamedScalar>{{"epoch_loss", loss + 0.001 * i * i}});
  }
}

}  // namespace

TEST_CASE("logs draws, lists, tails and exports what event files hold") {
  const TemporaryFolder folder;
  write_run(folder, "a", 1);
  write_run(folder, "b", 2);
  GoldenSections golden("app/logs.txt");
  const auto add = [&](const std::vector<std::string>& words) {
    const Ended ended = dltrain_in(folder.path(), words);
    golden.add(join(words, " "),
               ended.out + (ended.err.empty() ? "" : "! " + ended.err) + "[" + std::to_string(ended.code) + "]\n");
  };
  add({"logs", "a"});
  add({"logs", "a", "--tag", "epoch_learning_rate", "--width", "60", "--height", "6"});
  add({"logs", "a/events/train", "--log"});
  add({"logs", "a", "b"});
  add({"logs", "a", "--list"});
  add({"--json", "logs", "a", "--list"});
  add({"logs", "a", "--tail", "2", "--tag", "epoch_l*"});
  add({"logs", "a", "--output", "out.csv"});
  golden.add("out.csv", read_text(folder.file("out.csv"), ExitCode::io));
  add({"logs", "a", "--output", "out.json", "--tag", "odd*"});
  golden.add("out.json", read_text(folder.file("out.json"), ExitCode::io).substr(0, 200));
  add({"logs", "a", "--output", "out.txt"});
  add({"logs", "a", "--tag", "epoch_los"});
  add({"logs", "nothing"});
  create_directories(folder.file("empty"));
  add({"logs", "empty"});
  golden.check();
}

TEST_CASE("logs reads a file that is cut off, and says what is damaged") {
  const TemporaryFolder folder;
  write_run(folder, "a", 1);
  const std::string path = folder.file("a/events/train/events.out.tfevents.1000000000.host.1.0.v2");
  std::vector<std::byte> bytes = read_file(path, ExitCode::io);
  const std::vector<std::byte> whole = bytes;
  bytes.resize(bytes.size() - 10);
  write_file_durably(path, bytes);
  Ended ended = dltrain_in(folder.path(), {"logs", "a", "--tail", "1", "--tag", "epoch_loss"});
  CHECK(ended.out.starts_with("train epoch_loss step 18: "));
  CHECK(ended.err.empty());
  bytes = whole;
  bytes[bytes.size() - 10] ^= std::byte{1};
  write_file_durably(path, bytes);
  ended = dltrain_in(folder.path(), {"logs", "a", "--tail", "1", "--tag", "epoch_loss"});
  CHECK(ended.out.starts_with("train epoch_loss step 18: "));
  CHECK(ended.err == "warning: a: 1 record of event files could not be read: damaged\n");
}

TEST_CASE("logs --follow prints values as they come, also of files that appear, until it is interrupted") {
  using namespace std::chrono_literals;
  const TemporaryFolder folder;
  write_run(folder, "a", 1);
  const std::string out = folder.file("out.txt");
  Process process({"/bin/sh", "-c", "exec dltrain logs a --follow --tag epoch_loss > out.txt"}, folder.path());
  const auto wait_for = [&](const std::string& text) {
    for (int i = 0; i < 200; ++i) {
      if (exists(out) && read_text(out, ExitCode::io).find(text) != std::string::npos) return true;
      std::this_thread::sleep_for(50ms);
    }
    return false;
  };
  CHECK(wait_for("train epoch_loss step 19"));
  EventWriter more(folder.file("a/events/train/events.out.tfevents.1000000001.host.2.0.v2"), 1);
  more.add_scalars(2, 20, std::vector<NamedScalar>{{"epoch_loss", 0.25}});
  more.flush();
  CHECK(wait_for("train epoch_loss step 20: 0.25\n"));
  more.add_scalars(2, 21, std::vector<NamedScalar>{{"epoch_loss", 0.125}});
  more.flush();
  CHECK(wait_for("train epoch_loss step 21: 0.125\n"));
  process.send(SIGINT);
  CHECK(process.wait().code == 130);
}

}  // namespace dltrain::test
