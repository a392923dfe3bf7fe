// The callbacks that a recipe can name, one by one; EarlyStopping and ReduceLROnPlateau beside Keras in
// keras_traces.cpp.
#include <limits>
#include <regex>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "core/duration.h"
#include "core/files.h"
#include "tests/support/files.h"
#include "tests/training/callbacks/driver.h"
#include "training/callback_list.h"
#include "training/callbacks/support/direction.h"

namespace dltrain::test {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::unique_ptr<training::Callback> made(const std::string& toml, const models::Spec& spec = spec_with(),
                                         const std::string& folder = "") {
  auto callback = prepared(callback_component(toml), spec, folder);
  callback->open();
  return callback;
}

// What the list of callbacks of a recipe says before training; empty if nothing is wrong.
std::string complaint(const std::vector<std::string>& callbacks, const std::string& optimizer = "\"SGD\"",
                      std::vector<std::string> values = {}) {
  if (values.empty()) values = {"loss", "accuracy", "val_loss", "val_accuracy"};
  models::Spec spec = spec_with("[\"accuracy\"]", optimizer);
  for (const std::string& toml : callbacks) spec.callbacks.push_back(callback_component(toml));
  const TemporaryFolder folder;
  try {
    training::CallbackList list({spec, folder.path(), "", values, 10});
  } catch (const UserError& error) {
    return error.what();
  }
  return {};
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a value that is not finite is no improvement, not even the first") {
  const auto callback = made(R"({ type = "EarlyStopping", patience = 2, restore_best_weights = true })");
  CHECK_FALSE(told(*callback, epoch_done(1, {{"val_loss", nan}})).stop);
  CHECK_FALSE(told(*callback, epoch_done(2, {{"val_loss", 0.5}})).stop);
  CHECK_FALSE(told(*callback, epoch_done(3, {{"val_loss", nan}})).stop);
  CHECK(told(*callback, epoch_done(4, {{"val_loss", -std::numeric_limits<double>::infinity()}})).stop ==
        "val_loss has not improved for 2 epochs: best 0.5 in epoch 2");
}

TEST_CASE("the direction of a monitored value comes from its metric") {
  using training::MonitorMode;
  const models::Spec spec = spec_with(
      R"(["accuracy", "mae", { type = "Precision", name = "quality" }, { type = "MeanSquaredError", name = "accurate" }])");
  const auto grows = [&](const char* name) { return training::monitor_grows(spec, MonitorMode::automatic, name); };
  CHECK(grows("accuracy"));
  CHECK(grows("val_accuracy"));
  CHECK(grows("val_quality"));
  CHECK_FALSE(grows("val_loss"));
  CHECK_FALSE(grows("mae"));
  CHECK_FALSE(grows("val_accurate"));
  CHECK(training::monitor_grows(spec, MonitorMode::max, "val_loss"));
  CHECK_FALSE(training::monitor_grows(spec, MonitorMode::min, "val_accuracy"));
}

TEST_CASE("the learning rate follows a table of epochs") {
  const auto callback = made(R"({ type = "LearningRateScheduler", schedule = { 3 = 0.1, 10 = 1, 5 = 0.01 } })");
  const auto rate = [&](int64_t epoch) { return told(*callback, training::EpochStarted{epoch}).learning_rate; };
  CHECK_FALSE(rate(1));
  CHECK_FALSE(rate(2));
  CHECK(rate(3) == 0.1);
  CHECK(rate(4) == 0.1);
  CHECK(rate(5) == 0.01);
  CHECK(rate(10) == 1);
  CHECK(rate(999) == 1);
}

TEST_CASE("the learning rate follows a factor") {
  const auto spec = spec_with("[]", R"({ type = "SGD", learning_rate = 0.5 })");
  const auto callback = made(R"({ type = "LearningRateScheduler", factor = 0.5 })", spec);
  CHECK(told(*callback, training::EpochStarted{1}).learning_rate == 0.5);
  CHECK(told(*callback, training::EpochStarted{2}).learning_rate == 0.25);
  CHECK(told(*callback, training::EpochStarted{4}).learning_rate == 0.0625);
  const auto later = made(R"({ type = "LearningRateScheduler", factor = 0.5, from_epoch = 4 })", spec);
  CHECK(told(*later, training::EpochStarted{3}).learning_rate == 0.5);
  CHECK(told(*later, training::EpochStarted{5}).learning_rate == 0.125);
}

TEST_CASE("a schedule of epochs that makes no sense is refused") {
  for (const char* keys :
       {"", ", schedule = { 1 = 0.1 }, factor = 0.5", ", schedule = {}", ", schedule = 3", ", schedule = { 0 = 0.1 }",
        ", schedule = { one = 0.1 }", ", schedule = { 1 = \"a\" }", ", schedule = { 1 = -0.1 }",
        ", schedule = { 1 = inf }", ", schedule = { 1 = nan }", ", factor = 0", ", factor = 0.5, from_epoch = 0"}) {
    INFO(keys);
    CHECK_THROWS_AS(callback_component(std::string("{ type = \"LearningRateScheduler\"") + keys + " }"), UserError);
  }
}

TEST_CASE("CSVLogger writes Keras' columns: epochs from 0, names sorted, NA for what is missing") {
  const TemporaryFolder folder;
  const auto callback =
      made(R"({ type = "CSVLogger", filename = "logs/a.csv", separator = ";" })", spec_with(), folder.path());
  told(*callback, epoch_done(1, {{"loss", 0.5}, {"accuracy", 0.25}, {"val_loss", 1e-7}, {"val_accuracy", nan}}));
  told(*callback, epoch_done(2, {{"loss", 2}, {"accuracy", 1}}));
  CHECK(read_text(folder.file("logs/a.csv"), ExitCode::io) ==
        "epoch;accuracy;loss;val_accuracy;val_loss\n0;0.25;0.5;nan;1e-07\n1;1;2;NA;NA\n");
}

TEST_CASE("CSVLogger begins a new file, or goes on behind an old one") {
  const TemporaryFolder folder;
  const std::string line = "0,0.25,0.5,NA,NA\n";
  const std::string header = "epoch,accuracy,loss,val_accuracy,val_loss\n";
  write(folder, "a.csv", header + line);
  for (const bool append : {true, false}) {
    const auto callback =
        made(std::string(R"({ type = "CSVLogger", filename = "a.csv", append = )") + (append ? "true }" : "false }"),
             spec_with(), folder.path());
    told(*callback, epoch_done(1, {{"loss", 0.5}, {"accuracy", 0.25}}));
    CHECK(read_text(folder.file("a.csv"), ExitCode::io) == (append ? header + line + line : header + line));
  }
  CHECK(says(message_of([&] { made(R"({ type = "CSVLogger", filename = "." })", spec_with(), folder.path()); }),
             "is a folder"));
  CHECK_THROWS_AS(callback_component(R"({ type = "CSVLogger", filename = "" })"), UserError);
  CHECK_THROWS_AS(callback_component(R"({ type = "CSVLogger", filename = "x", separator = "" })"), UserError);
}

TEST_CASE("a loss that is not finite ends training") {
  const auto callback = made("\"TerminateOnNaN\"");
  CHECK_FALSE(told(*callback, epoch_done(1, {{"loss", 1}, {"val_loss", 1}, {"accuracy", nan}})).stop);
  CHECK(told(*callback, epoch_done(2, {{"loss", 1}, {"val_loss", nan}})).stop == "val_loss is not a finite number");
}

TEST_CASE("BackupAndRestore says that it is always on, once") {
  const auto callback = made("\"BackupAndRestore\"");
  REQUIRE(told(*callback, training::EpochStarted{1}).notices.size() == 1);
  CHECK(told(*callback, training::EpochStarted{2}).notices.empty());
}

TEST_CASE("spans of time are read as people write them") {
  CHECK(parse_duration("1h30m") == 5400);
  CHECK(parse_duration("90s") == 90);
  CHECK(parse_duration("2d 1s") == 172801);
  CHECK(parse_duration("1.5h") == 5400);
  CHECK(parse_duration(" 5m ") == 300);
  for (const char* wrong : {"", "h", "5", "30m1h", "1h1h", "-1h", "1e3s", "1x", "1h 30"}) {
    INFO(wrong);
    CHECK_FALSE(parse_duration(wrong));
  }
  CHECK(duration_words(5400) == "1h30m");
  CHECK(duration_words(90061) == "1d1h1m1s");
  CHECK(duration_words(0.5) == "0.5s");
  for (const char* wrong : {"\"soon\"", "0", "-1", "\"0s\"", "true"}) {
    INFO(wrong);
    CHECK_THROWS_AS(callback_component(std::string("{ type = \"Timer\", max_time = ") + wrong + " }"), UserError);
  }
  const std::regex grammar(duration_grammar().texts);
  for (const char* text :
       {"1h30m", "90s", "2d 1s", "1.5h", " 5m ", ".5h", "", "h", "90", "1w", "-5m", "1h 30", "5 m", "1..5h"}) {
    INFO(text);
    CHECK(std::regex_search(text, grammar) == parse_duration(text).has_value());
  }
}

TEST_CASE("Timer ends training when the time is over, earlier processes counted") {
  const auto callback = made(R"({ type = "Timer", max_time = 0.05 })");
  const training::Event step = training::Stepped{1, 1, 10, 1};
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  CHECK(told(*callback, step).stop == "the time of 0.05s is over");
  const auto hour = made(R"({ type = "Timer", max_time = "1h" })");
  CHECK_FALSE(told(*hour, step).stop);
  Table state;
  state.set("seconds", 3600.0);
  hour->restore(state);
  CHECK(told(*hour, step).stop == "the time of 1h is over");
}

TEST_CASE("Command sees what happened in its environment, without a shell") {
  const TemporaryFolder folder;
  const std::string script = write(
      folder, "say",
      "#!/bin/sh\nprintf '%s|' \"$1\" \"$DLTRAIN_EVENT\" \"$DLTRAIN_EPOCH\" \"$DLTRAIN_STEP\" \"$DLTRAIN_VAL_LOSS\" "
      "\"$DLTRAIN_RUN\" \"$DLTRAIN_STATUS\" >> \"$DLTRAIN_RUN/said\"\n");
  REQUIRE(std::system(("chmod +x " + script).c_str()) == 0);
  const auto callback =
      made("{ type = \"Command\", command = [\"" + script + "\", \"$HOME; exit 1\"] }", spec_with(), folder.path());
  CHECK(text_of(told(*callback, epoch_done(3, {{"val_loss", 0.25}}))).empty());
  CHECK(text_of(told(*callback, training::RunDone{training::RunStatus::stopped, "why", 3, 30, 1, {}, ""})).empty());
  CHECK(read_text(folder.file("said"), ExitCode::io) ==
        "$HOME; exit 1|epoch|3|30|0.25|" + folder.path() + "||$HOME; exit 1|run|3|30||" + folder.path() + "|stopped|");
}

TEST_CASE("Command reports exit codes, and ends training where it is asked to") {
  const auto plain = made(R"({ type = "Command", command = ["sh", "-c", "exit 7"] })");
  CHECK(text_of(told(*plain, epoch_done(1, {}))) == "notice: command \"sh\": exit code 7\n");
  const auto strict = made(R"({ type = "Command", command = ["false"], stop_on_failure = true, after_run = false })");
  CHECK(told(*strict, epoch_done(1, {})).stop == "the command \"false\" failed: exit code 1");
  CHECK(text_of(told(*strict, training::RunDone{})).empty());
  const auto slow = made(R"({ type = "Command", command = ["sleep", "60"], timeout = 0.05 })");
  CHECK(text_of(told(*slow, epoch_done(1, {}))) == "notice: command \"sleep\": not finished in time, and killed\n");
  CHECK(says(message_of([] { made(R"({ type = "Command", command = ["no-such-program"] })"); }), "no-such-program"));
  CHECK_THROWS_AS(callback_component(R"({ type = "Command", command = [] })"), UserError);
}

TEST_CASE("what cannot work is said before training") {
  const std::string early = R"({ type = "EarlyStopping", monitor = "val_acuracy" })";
  CHECK(says(complaint({early}), "there is no value \"val_acuracy\""));
  CHECK(says(complaint({early}), "did you mean \"val_accuracy\"?"));
  CHECK(says(complaint({early}), "loss, accuracy, val_loss, val_accuracy"));
  CHECK(says(complaint({"\"EarlyStopping\""}, "\"SGD\"", {"loss", "accuracy"}), "[data.validation]"));
  CHECK(complaint({"\"EarlyStopping\"", R"({ type = "ReduceLROnPlateau", monitor = "loss" })"}).empty());
  const std::string schedule =
      R"({ type = "SGD", learning_rate = { type = "CosineDecay", initial_learning_rate = 0.1, decay_steps = 10 } })";
  CHECK(says(complaint({"\"ReduceLROnPlateau\""}, schedule), "schedule"));
  CHECK(says(complaint({R"({ type = "LearningRateScheduler", factor = 0.5 })"}, schedule), "schedule"));
  CHECK(says(complaint({"\"ReduceLROnPlateau\"", R"({ type = "LearningRateScheduler", factor = 0.5 })"}),
             "two callbacks set the learning rate"));
  CHECK(says(complaint({"\"ReduceLROnPlateau\"", "\"ReduceLROnPlateau\""}), "two callbacks set the learning rate"));
}

}  // namespace dltrain::test
