// dltrain check against what runs really take: memory as fit announces it, checkpoints and logs as they lie on the disk,
// operations as they are counted for published models.
#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "tests/app/process.h"
#include "tests/support/paths.h"

namespace dltrain::test {

namespace {

double real(const Setting& value) {
  return value.real() != nullptr ? *value.real() : static_cast<double>(*value.integer());
}

Table checked(const std::string& folder, const std::string& recipe, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"--json", "check", source_path("recipes/" + recipe + ".toml")});
  const Ended ended = dltrain_in(folder, more);
  INFO(ended.out << ended.err);
  REQUIRE(ended.code == 0);
  return *formats::parse_json(ended.out, "check", ExitCode::bug).table();
}

const Table& part(const Table& report, const char* name) { return *report.at(name).table(); }

uint64_t bytes_below(const std::string& path) {
  if (!is_directory(path)) return InputFile(path, ExitCode::io).size();
  uint64_t bytes = 0;
  for (const std::string& name : list_directory(path, ExitCode::io)) bytes += bytes_below(join_path(path, name));
  return bytes;
}

// Within so large a share of the other.
bool near(double found, double expected, double share) {
  return found > expected * (1 - share) && found < expected * (1 + share);
}

}  // namespace

TEST_CASE("check counts the operations of a published model") {
  // He et al. 2015 count 41 million multiplications with additions for a ResNet of 20 layers on CIFAR.
  const TemporaryFolder folder;
  const Table report = checked(folder.path(), "benchmarks/resnet20", {"--static"});
  const Table& at_once = part(report, "static");
  CHECK(*at_once.at("trained_parameters").integer() == 272'474);
  CHECK(near(real(at_once.at("forward_flops")), 2 * 41e6, 0.05));
  CHECK(real(at_once.at("step_flops")) > 2.5 * 128 * real(at_once.at("forward_flops")));
  CHECK(!report.contains("dry"));
}

TEST_CASE("check says the memory that fit announces, from headers as from the data") {
  for (const std::string recipe : {"digits", "digits_cnn", "iris"}) {
    const TemporaryFolder folder;
    const Table report = checked(folder.path(), recipe);
    CHECK(part(report, "static").at("memory") == part(report, "dry").at("memory"));
    const Ended fitted = dltrain_in(folder.path(), {"fit", source_path("recipes/" + recipe + ".toml"), "--fast"});
    REQUIRE(fitted.code == 0);
    const auto bytes = static_cast<uint64_t>(*part(part(report, "dry"), "memory").at("total").integer());
    INFO(recipe << "\n" << fitted.err);
    CHECK(fitted.err.find("\nmemory  " + bytes_text(bytes) + " (") != std::string::npos);
  }
}

TEST_CASE("check foresees what a run leaves on the disk") {
  for (const std::string recipe : {"digits", "digits_cnn", "benchmarks/cnn"}) {
    const TemporaryFolder folder;
    const Table report = checked(folder.path(), recipe, {"--epochs", "3"});
    REQUIRE(dltrain_in(folder.path(),
                       {"fit", source_path("recipes/" + recipe + ".toml"), "--epochs", "3", "--quiet", "--run", "run"})
                .code == 0);
    const auto logs =
        static_cast<double>(bytes_below(folder.file("run/events")) + bytes_below(folder.file("run/history.csv")) +
                            bytes_below(folder.file("run/history.jsonl")));
    const std::string checkpoints = folder.file("run/checkpoints");
    const std::string newest = list_directory(checkpoints, ExitCode::io).back();
    const auto checkpoint = static_cast<double>(bytes_below(join_path(checkpoints, newest)));
    INFO(recipe << ": logs " << logs << ", checkpoint " << checkpoint << ", foreseen "
                << real(part(report, "dry").at("log_bytes")) << ", "
                << real(part(report, "static").at("checkpoint_bytes")));
    CHECK(near(real(part(report, "dry").at("log_bytes")), logs, 0.3));
    CHECK(near(real(part(report, "static").at("checkpoint_bytes")), checkpoint, 0.3));
  }
}

TEST_CASE("check leaves nothing behind") {
  const TemporaryFolder folder;
  checked(folder.path(), "iris");
  CHECK(list_directory(folder.path(), ExitCode::io).empty());
}

}  // namespace dltrain::test
