// Event files. The bytes of the records and the CRCs are those of TensorBoard's own writer (and RFC 3720, appendix
// B.4).
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "core/files.h"
#include "formats/images/image.h"
#include "formats/images/write_png.h"
#include "formats/tfevents/crc32c.h"
#include "formats/tfevents/custom_scalars.h"
#include "formats/tfevents/event_reader.h"
#include "formats/tfevents/event_writer.h"
#include "formats/tfevents/graph_def.h"
#include "formats/tfevents/hparams.h"
#include "formats/tfevents/record.h"
#include "formats/tfevents/scalars.h"
#include "formats/tfevents/summaries.h"
#include "tests/support/files.h"

using namespace dltrain;
using namespace dltrain::formats;

namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto span = std::as_bytes(std::span(text));
  return {span.begin(), span.end()};
}

std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    text += "0123456789abcdef"[static_cast<int>(byte) >> 4];
    text += "0123456789abcdef"[static_cast<int>(byte) & 15];
  }
  return text;
}

Event event_of(int64_t step, std::vector<SummaryValue> values) {
  Event event;
  event.wall_time = 1000 + static_cast<double>(step);
  event.step = step;
  event.values = std::move(values);
  return event;
}

// One event of every kind.
std::vector<Event> events_of_all_kinds() {
  Event graph;
  graph.wall_time = 2;
  graph.graph = graph_bytes({{"input", "Input", {}, "cpu", {Shape{-1, 4}}, {{"dtype", "float32"}}},
                             {"block/dense", "Dense", {"input"}, "cpu", {Shape{-1, 3}}, {}}});
  Array image(DType::u8, Shape{2, 3, 1});
  Array numbers(DType::i64, Shape{2, 2});
  set_element(numbers, 3, 7);
  const std::vector<float> sample = {0, 1, 2, 3, 4};
  const std::vector<uint8_t> truths = {0, 1, 0, 1, 1};
  return {event_of(0, {scalar_summary("loss", 0.5), scalar_summary("accuracy", 0.25)}),
          graph,
          event_of(1, {histogram_summary("dense/kernel/histogram", histogram_buckets(sample, 2))}),
          event_of(2, {images_summary("first", 3, 2, {png_bytes(image)}, "a *description*")}),
          event_of(3, {text_summary("recipe", "# Recipe")}),
          event_of(4, {pr_curve_summary("a/pr_curves", sample, truths, 5)}),
          event_of(5, {hparams_session_start("group", 1.5, {{"rate", 0.1}, {"deep", true}, {"name", std::string("x")}}),
                       hparams_experiment("tries", 1, {{"rate", 0.0}}, {{"train", "epoch_loss", "loss", true}}),
                       hparams_session_end(SessionStatus::success, 9)}),
          event_of(6, {custom_scalars_summary({{"losses", {{"loss", {"epoch_loss", "batch_loss"}}}}})}),
          event_of(7, {keras_model_summary("{}"), tensor_summary("numbers", numbers)})};
}

std::string write_events(const test::TemporaryFolder& folder, const std::vector<Event>& events) {
  EventWriter writer(folder.file("a.tfevents"), 1.0);
  for (const Event& event : events) writer.add(event);
  writer.flush();
  CHECK(writer.size() == InputFile(writer.path(), ExitCode::io).size());
  return writer.path();
}

std::vector<Event> read_events(EventReader& reader) {
  std::vector<Event> events;
  while (std::optional<Event> event = reader.next()) events.push_back(std::move(*event));
  return events;
}

}  // namespace

TEST_CASE("CRC-32C of published vectors, with and without the processor's instruction") {
  CHECK(crc32c({}) == 0);
  CHECK(crc32c(bytes_of("a")) == 0xc1d04330U);
  CHECK(crc32c(bytes_of("123456789")) == 0xe3069283U);
  CHECK(crc32c(std::vector<std::byte>(8)) == 0x8c28b28aU);
  CHECK(crc32c(std::vector<std::byte>(32)) == 0x8a9136aaU);
  CHECK(crc32c(std::vector<std::byte>(32, std::byte{0xff})) == 0x62a8ab43U);
  CHECK(masked_crc32c({}) == 0xa282ead8U);
  CHECK(masked_crc32c(bytes_of("a")) == 0x28e46e78U);
  CHECK(masked_crc32c(bytes_of("123456789")) == 0xc78ab0e5U);
  if (!crc32c_parts::processor_can()) SKIP("the processor has no instruction for it");
  std::vector<std::byte> bytes(67);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 37);
  for (size_t size = 0; size <= bytes.size(); ++size) {
    const std::span<const std::byte> part = std::span(bytes).first(size);
    CHECK(crc32c_parts::portable(~0U, part) == crc32c_parts::processor(~0U, part));
  }
}

TEST_CASE("records are those of TensorBoard's writer, byte for byte") {
  Event first;
  first.wall_time = 1;
  first.file_version = "brain.Event:2";
  std::vector<std::byte> file;
  append_record(file, encode_event(first));
  CHECK(hex(file) == "1800000000000000a37f4b2209000000000000f03f1a0d627261696e2e4576656e743a3286bf577a");

  Event scalar = event_of(3, {scalar_summary("epoch_loss", 0.5)});
  scalar.wall_time = 2;
  file.clear();
  append_record(file, encode_event(scalar));
  CHECK(hex(file) ==
        "34000000000000005e33175c09000000000000004010032a270a250a0a65706f63685f6c6f7373420a0801120022040000003f4a0b0a09"
        "0a077363616c6172734e1832ae");
}

TEST_CASE("scalars are encoded as the module would") {
  const std::string long_tag(300, 'x');
  const std::vector<std::vector<NamedScalar>> cases = {
      {}, {{"loss", 0.5}}, {{"", 1}, {"a", NAN}, {"epoch_accuracy", -1e30}}, {{long_tag, 0}, {long_tag, 1e-40}}};
  for (const std::vector<NamedScalar>& scalars : cases) {
    for (const int64_t step : {int64_t{0}, int64_t{1}, int64_t{127}, int64_t{128}, int64_t{1} << 40, int64_t{-1}}) {
      for (const double time : {0.0, 1.5e9}) {
        Event event;
        event.wall_time = time;
        event.step = step;
        for (const NamedScalar& scalar : scalars)
          event.values.push_back(scalar_summary(std::string(scalar.tag), scalar.value));
        std::vector<std::byte> payload(3);
        encode_scalars(time, step, scalars, payload);
        CHECK(payload == encode_event(event));
      }
    }
  }
}

TEST_CASE("what is written is read back") {
  const test::TemporaryFolder folder;
  const std::vector<Event> written = events_of_all_kinds();
  EventReader reader(write_events(folder, written));
  const std::vector<Event> read = read_events(reader);
  REQUIRE(read.size() == written.size() + 1);
  CHECK(read[0].file_version == "brain.Event:2");
  for (size_t i = 0; i < written.size(); ++i) CHECK(read[i + 1] == written[i]);
  CHECK(reader.damaged() == 0);
  CHECK(scalar_of(read[1].values[0]) == 0.5);
  CHECK_FALSE(scalar_of(read[3].values[0]).has_value());
  CHECK(encode_event(written[6]) == encode_event(written[6]));
}

TEST_CASE("a file cut off at any byte gives the whole records before it, and the rest once it is there") {
  const test::TemporaryFolder folder;
  const std::vector<Event> written = events_of_all_kinds();
  const std::vector<std::byte> whole = read_file(write_events(folder, written), ExitCode::io);
  std::vector<size_t> ends;  // of the records
  for (size_t at = 0; at < whole.size();) {
    at += record_head_size + *record_length(std::span(whole).subspan(at)) + record_foot_size;
    ends.push_back(at);
  }
  for (size_t size = 0; size <= whole.size(); ++size) {
    const std::string path = test::write(folder, "cut.tfevents", std::span(whole).first(size));
    EventReader reader(path);
    size_t records = read_events(reader).size();
    CHECK(records ==
          static_cast<size_t>(std::count_if(ends.begin(), ends.end(), [&](size_t end) { return end <= size; })));
    CHECK(reader.damaged() == 0);
    OutputFile(path, OutputFile::Mode::append).write(std::span(whole).subspan(size));
    records += read_events(reader).size();
    CHECK(records == ends.size());
  }
}

TEST_CASE("damage is noticed: a wrong payload costs its record, a wrong length the rest") {
  const test::TemporaryFolder folder;
  const std::vector<Event> written = events_of_all_kinds();
  const std::vector<std::byte> whole = read_file(write_events(folder, written), ExitCode::io);
  size_t record = 0, start = 0, end = 0, seen = 0;
  for (size_t at = 0; at < whole.size(); ++at) {
    if (at == end) {
      start = end;
      end += record_head_size + *record_length(std::span(whole).subspan(start)) + record_foot_size;
      ++record;
    }
    std::vector<std::byte> damaged = whole;
    damaged[at] ^= static_cast<std::byte>(1 << at % 8);
    EventReader reader(test::write(folder, "damaged.tfevents", damaged));
    const size_t records = read_events(reader).size();
    const bool in_head = at - start < record_head_size;
    CHECK(reader.lost() == in_head);
    CHECK(reader.damaged() == 1);
    CHECK(records == (in_head ? record - 1 : written.size()));
    ++seen;
  }
  CHECK(seen == whole.size());
}

TEST_CASE("a length without a body takes no memory, and one beyond the limit is damage") {
  const test::TemporaryFolder folder;
  std::vector<std::byte> file;
  append_record(file, std::vector<std::byte>(1000));
  EventReader small(test::write(folder, "a.tfevents", file), 999);
  CHECK_FALSE(small.next().has_value());
  CHECK(small.lost());
}

TEST_CASE("payloads that are no events, or events with tensors that do not add up") {
  CHECK_FALSE(decode_event(bytes_of("\xff\xff\xff")).has_value());
  // Every single-bit change of a payload is an event or none; nothing worse.
  for (const Event& event : events_of_all_kinds()) {
    const std::vector<std::byte> payload = encode_event(event);
    for (size_t bit = 0; bit < payload.size() * 8; ++bit) {
      std::vector<std::byte> changed = payload;
      changed[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
      const std::optional<Event> read = decode_event(changed);
      if (!read) continue;
      for (const SummaryValue& value : read->values) {
        if (const Array* numbers = std::get_if<Array>(&value.data)) {
          CHECK(numbers->bytes.size() == static_cast<size_t>(numbers->elements()) * byte_size(numbers->dtype));
        }
      }
    }
  }
}

TEST_CASE("values as TensorFlow 1 wrote them") {
  // Event{wall_time 1, step 2, summary{value{tag "x", simple_value 0.5}}}
  const std::string text("\x09\x00\x00\x00\x00\x00\x00\xf0\x3f\x10\x02\x2a\x0a\x0a\x08\x0a\x01x\x15\x00\x00\x00\x3f",
                         23);
  const std::optional<Event> event = decode_event(bytes_of(text));
  REQUIRE(event);
  REQUIRE(event->values.size() == 1);
  CHECK(scalar_of(event->values[0]) == 0.5);
}

TEST_CASE("histograms count every finite number once") {
  const std::vector<float> numbers = {0, 0.5, 1, 1.5, 2, NAN, INFINITY};
  const std::vector<HistogramBucket> buckets = histogram_buckets(numbers, 4);
  REQUIRE(buckets.size() == 4);
  const double counts[] = {1, 1, 1, 2};  // the last one is closed
  for (size_t i = 0; i < 4; ++i) {
    CHECK(buckets[i].left == 0.5 * static_cast<double>(i));
    CHECK(buckets[i].right == 0.5 * static_cast<double>(i + 1));
    CHECK(buckets[i].count == counts[i]);
  }
  const std::vector<HistogramBucket> same = histogram_buckets(std::vector<float>{3, 3}, 2);
  CHECK(same[0].left == 3);
  CHECK(same[0].count == 0);
  CHECK(same[1].count == 2);
  CHECK(histogram_buckets({}, 2)[1].count == 0);
}

TEST_CASE("precision and recall over thresholds") {
  // By hand: thresholds 0, 0.5, 1; the buckets of 0.2, 0.6, 0.7, 1 are 0, 1, 1, 2.
  const std::vector<float> probabilities = {0.2F, 0.6F, 0.7F, 1};
  const std::vector<uint8_t> truths = {0, 0, 1, 1};
  const SummaryValue value = pr_curve_summary("a", probabilities, truths, 3);
  const std::span<const float> cells = std::get<Array>(value.data).as<float>();
  const float expected[] = {2, 2, 1, 2, 1, 0, 0, 1, 2, 0, 0, 1, 0.5F, 2.0F / 3, 1, 1, 1, 0.5F};
  for (size_t i = 0; i < 18; ++i) CHECK(cells[i] == expected[i]);
}

TEST_CASE("PNG images are read back as they were") {
  for (const int64_t channels : {1, 3}) {
    Array image(DType::u8, Shape{5, 7, channels});
    for (size_t i = 0; i < image.bytes.size(); ++i) image.bytes[i] = static_cast<std::byte>(i * 41);
    const std::string png = png_bytes(image);
    CHECK(decode_image(bytes_of(png), "a.png", channels == 1) == image);
  }
}

TEST_CASE("names of event files sort by time") {
  CHECK(event_file_name(1700000000, 0).starts_with("events.out.tfevents.1700000000."));
  CHECK(event_file_name(42, 1).starts_with("events.out.tfevents.0000000042."));
  CHECK(event_file_name(42, 1).ends_with(".1.v2"));
  CHECK(event_file_seconds(event_file_name(1700000000, 3)) == 1700000000);
  CHECK(event_file_seconds("history.csv") == -1);
  CHECK(is_event_file(event_file_name(42, 1)));
  CHECK_FALSE(is_event_file("events.out.tfevents.1.profile-empty"));
}
