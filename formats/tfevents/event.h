// Events as TensorBoard's files hold them: what happened at a step, as named values. Plain values; the module
// dltrain_tfevents turns them into bytes and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/array.h"

namespace dltrain::formats {

// A tensor of texts or of byte strings.
struct Texts {
  Shape shape;  // elements() == items.size()
  std::vector<std::string> items;

  bool operator==(const Texts&) const = default;
};

// One value of a step. The plugin says what it means: "scalars", "histograms", "images", "text", ...
struct SummaryValue {
  std::string tag;
  std::string plugin;
  std::string plugin_content;  // bytes of the plugin's own message
  std::string description;     // Markdown, shown beside the value
  std::variant<Array, Texts> data;

  bool operator==(const SummaryValue&) const = default;
};

struct Event {
  double wall_time = 0;  // seconds since 1970
  int64_t step = 0;
  std::string file_version;  // of the first event of a file only: "brain.Event:2"
  std::string graph;         // bytes of a GraphDef, or empty
  std::vector<SummaryValue> values;

  bool operator==(const Event&) const = default;
};

// The payload of a record. Equal events give equal bytes. Throws Bug for dtypes that summaries have not.
std::vector<std::byte> encode_event(const Event& event);

// None if the bytes are no event. Values as TensorFlow 1 wrote them come as the plugins' tensors; what is not a
// summary, a graph or a version is left out.
std::optional<Event> decode_event(std::span<const std::byte> payload);

}  // namespace dltrain::formats
