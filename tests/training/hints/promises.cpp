// What holds for all hints: they change nothing, survive interruptions, are off when told, and have a page.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <set>

#include "core/files.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "tests/support/paths.h"
#include "tests/training/hints/run.h"
#include "training/checkpoint/checkpoint.h"
#include "training/hints/rule.h"

namespace dltrain::test {

namespace {

using training::Hint;

// Batch normalization and dropout, whose states and random numbers a careless look would disturb, and something to say
// after epoch one and at the end.
models::Spec spec_with_hints(const std::vector<std::string>& more = {}) {
  std::vector<std::string> changes = {
      "train.epochs=3", "train.batch_size=64", R"(train.optimizer={type="SGD",learning_rate=1e-7})",
      R"(model.layers=["Flatten",{type="Dense",units=16},{type="BatchNormalization",momentum=0.5},"ReLU",{type="Dropout",rate=0.3},{type="Dense",units=10,activation="softmax"}])"};
  changes.insert(changes.end(), more.begin(), more.end());
  return spec_of(source_path("recipes/digits.toml"), changes);
}

std::string kept(const TemporaryFolder& folder) {
  const std::string path = folder.file("hints.jsonl");
  return exists(path) ? read_text(path, ExitCode::io) : "(none)";
}

}  // namespace

TEST_CASE("training is the same with and without hints, bit for bit") {
  const std::string accumulation = GENERATE("1", "3");
  const TemporaryFolder with, without;
  HintedRun hinted(spec_with_hints({"train.gradient_accumulation=" + accumulation}), with.path());
  HintedRun silent(spec_with_hints({"train.gradient_accumulation=" + accumulation, "run.hints=false"}), without.path());
  hinted.train();
  silent.train();
  CHECK(!hinted.hints().empty());
  CHECK(silent.hints().empty());
  CHECK(!exists(without.file("hints.jsonl")));
  CHECK(training::copy_states(hinted.model()) == training::copy_states(silent.model()));
  CHECK(hinted.trainer().position().values == silent.trainer().position().values);
}

TEST_CASE("a run that goes on gives the hints of one that was never interrupted") {
  const std::string accumulation = GENERATE("1", "2");
  const models::Spec spec = spec_with_hints({"train.gradient_accumulation=" + accumulation});
  const TemporaryFolder folder;
  HintedRun whole(spec, folder.path());
  whole.train();
  REQUIRE(whole.hints().size() >= 2);
  const int64_t steps = whole.trainer().position().step, epoch = steps / 3;
  for (const int64_t cut : {int64_t{1}, epoch / 2, epoch - 1, epoch, epoch + 1, steps - 1}) {
    INFO("broken off at step " << cut << " of " << steps);
    const TemporaryFolder other;
    HintedRun one(spec, other.path());
    one.train(cut);
    training::Snapshot snapshot = one.trainer().snapshot();
    const Setting state = formats::parse_json(formats::json_text(Setting(snapshot.callbacks)), "state", ExitCode::bug);
    snapshot.callbacks = *state.table();
    HintedRun two(spec, other.path());
    two.restore(std::move(snapshot));
    two.train();
    std::vector<Hint> both = one.hints();
    both.insert(both.end(), two.hints().begin(), two.hints().end());
    CHECK(both == whole.hints());
    CHECK(kept(other) == kept(folder));
  }
}

TEST_CASE("hints.jsonl has what was said") {
  const TemporaryFolder folder;
  HintedRun run(spec_with_hints(), folder.path());
  run.train();
  const std::vector<std::string> lines = split(kept(folder), '\n');
  REQUIRE(lines.size() == run.hints().size() + 1);
  for (size_t i = 0; i < run.hints().size(); ++i) {
    const Setting line = formats::parse_json(lines[i], "line", ExitCode::bug);
    CHECK(*line.table()->at("code").text() == run.hints()[i].code);
    CHECK(*line.table()->at("what").text() == run.hints()[i].what);
    CHECK(*line.table()->at("epoch").integer() == run.hints()[i].epoch);
  }
}

TEST_CASE("a run of one epoch says each hint once") {
  const TemporaryFolder folder;
  HintedRun run(spec_with_hints({"train.epochs=1"}), folder.path());
  run.train();
  CHECK(codes_of(run.hints()).size() == run.hints().size());
}

TEST_CASE("every hint has a page, and every page a hint") {
  std::set<std::string> rules, pages;
  for (const training::hints::Rule& rule : training::hints::rule_registry().rules()) {
    CHECK(rules.insert(rule.code).second);
    for (const std::string& other : rule.unless) CHECK(training::hints::pages().contains(other));
  }
  const std::string list = read_text(source_path("docs/hints/README.md"), ExitCode::io);
  for (const auto& [code, page] : training::hints::pages()) {
    INFO(code);
    pages.insert(code);
    CHECK(page == read_text(source_path("docs/hints/" + code + ".md"), ExitCode::io));
    CHECK(page.starts_with("# " + code + ": "));
    CHECK(page.find("\n## What to do\n") < page.find("\n## How it is measured\n"));
    CHECK(page.find("\n## How it is measured\n") != std::string::npos);
    CHECK(page.find("```toml\n") != std::string::npos);
    CHECK(list.find("[" + code + "](" + code + ".md)") != std::string::npos);
  }
  CHECK(rules == pages);
  CHECK(rules.size() >= 9);
}

}  // namespace dltrain::test
