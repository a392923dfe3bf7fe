#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "core/diagnostic.h"
#include "datasets/batch_stream.h"
#include "datasets/order.h"

using namespace dltrain;
using namespace dltrain::datasets;

namespace {

// Each sample is its own number; reading sample `bad` fails. Slow ones are read by a thread ahead of the consumer.
class Numbers : public Dataset {
 public:
  explicit Numbers(int64_t count, bool slow, int64_t bad = -1) : count_(count), slow_(slow), bad_(bad) {}
  const DataSignature& signature() const override { return signature_; }
  const DataContract& contract() const override { return contract_; }
  int64_t size(Part) const override { return count_; }
  void read(Part, std::span<const int64_t> rows, Batch& batch) const override {
    batch.size = static_cast<int64_t>(rows.size());
    batch.rows.assign(rows.begin(), rows.end());
    if (slow_) std::this_thread::sleep_for(std::chrono::microseconds(100));
    for (const int64_t row : rows) {
      if (row == bad_) throw UserError(ExitCode::data, "bad-cell", "sample", "cannot be read");
    }
  }
  const std::vector<std::string>& notes() const override { return notes_; }
  std::vector<ClassCounts> class_counts(Part) const override { return {}; }
  void add_to(Sha256&) const override {}

 private:
  int64_t count_;
  bool slow_;
  int64_t bad_;
  DataSignature signature_;
  DataContract contract_;
  std::vector<std::string> notes_;
};

std::vector<int64_t> all_rows(BatchStream& stream) {
  std::vector<int64_t> rows;
  Batch batch;
  while (stream.next(batch)) rows.insert(rows.end(), batch.rows.begin(), batch.rows.end());
  return rows;
}

}  // namespace

TEST_CASE("a pass gives every sample once, the same for any number of batches ahead") {
  const Numbers data(103, GENERATE(false, true));
  for (const int64_t prefetch : {0, 1, 2, 8}) {
    BatchStream stream(data, {.batch_size = 10, .shuffle = true, .seed = 3, .epoch = 2, .prefetch = prefetch});
    CHECK(stream.batches() == 11);
    CHECK(all_rows(stream) == epoch_order(103, 3, 2));
  }
  BatchStream in_order(data, {.batch_size = 103});
  const std::vector<int64_t> rows = all_rows(in_order);
  CHECK(rows.front() == 0);
  CHECK(rows.back() == 102);
}

TEST_CASE("the last partial batch is kept or dropped") {
  const Numbers data(103, GENERATE(false, true));
  BatchStream kept(data, {.batch_size = 50});
  Batch batch;
  int64_t last = 0;
  while (kept.next(batch)) last = batch.size;
  CHECK(last == 3);
  BatchStream dropped(data, {.batch_size = 50, .drop_last = true});
  CHECK(dropped.batches() == 2);
  CHECK(all_rows(dropped).size() == 100);
  BatchStream large(data, {.batch_size = 1000});
  CHECK(large.batches() == 1);
  CHECK(all_rows(large).size() == 103);
}

TEST_CASE("a pass goes on from any batch") {
  const Numbers data(103, GENERATE(false, true));
  const std::vector<int64_t> order = epoch_order(103, 3, 0);
  for (const int64_t first : {0, 1, 10, 11}) {
    BatchStream stream(data, {.batch_size = 10, .shuffle = true, .seed = 3, .first_batch = first});
    CHECK(all_rows(stream) == std::vector<int64_t>(order.begin() + std::min<int64_t>(first * 10, 103), order.end()));
  }
}

TEST_CASE("a pass goes on from any sample, in batches of its own") {
  const Numbers data(103, GENERATE(false, true));
  const std::vector<int64_t> order = epoch_order(103, 3, 0);
  for (const int64_t row : {0, 1, 10, 42, 102, 103}) {
    BatchStream stream(data, {.batch_size = 7, .shuffle = true, .seed = 3, .first_row = row});
    CHECK(stream.batches() == (103 - row + 6) / 7);
    CHECK(all_rows(stream) == std::vector<int64_t>(order.begin() + row, order.end()));
    BatchStream limited(data, {.batch_size = 7, .drop_last = true, .first_row = row, .limit = 2});
    CHECK(limited.batches() == std::min<int64_t>(2, (103 - row) / 7));
    BatchStream later(data, {.batch_size = 7, .first_batch = 1, .first_row = row});
    CHECK(all_rows(later).size() == static_cast<size_t>(std::max<int64_t>(103 - row - 7, 0)));
  }
}

TEST_CASE("an error of the reading thread reaches the consumer when its batch is due") {
  const Numbers data(100, GENERATE(false, true), 55);
  BatchStream stream(data, {.batch_size = 10});
  Batch batch;
  for (int i = 0; i < 5; ++i) REQUIRE(stream.next(batch));
  CHECK_THROWS_AS(stream.next(batch), UserError);
  CHECK_THROWS_AS(stream.next(batch), UserError);
  BatchStream at_once(data, {.batch_size = 10, .first_batch = 5});
  CHECK_THROWS_AS(at_once.next(batch), UserError);
}

TEST_CASE("streams end when asked, and may be left at any time") {
  const Numbers data(100'000, GENERATE(false, true));
  for (int taken = 0; taken < 20; ++taken) {
    BatchStream stream(data, {.batch_size = 1});
    Batch batch;
    for (int i = 0; i < taken; ++i) stream.next(batch);
  }
  std::atomic<bool> stop = false;
  BatchStream stream(data, {.batch_size = 1, .stop = &stop});
  Batch batch;
  CHECK(stream.next(batch));
  stop = true;
  CHECK_FALSE(stream.next(batch));
}
