#include "training/callbacks/support/checkpoint_path.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <optional>

#include "core/diagnostic.h"
#include "core/text.h"

namespace dltrain::training {

namespace {

// "{val_loss:.2f}" in parts.
struct Place {
  std::string name;
  std::string format;  // "02d", ".2f", or empty
};

// Only formats of Python that mean one thing: digits and d for the epoch, a dot, digits and f or e for values.
bool is_format(const std::string& format) {
  if (format.empty()) return true;
  const std::string body = format.substr(0, format.size() - 1);
  const bool digits =
      body.size() < 4 && body.find_first_not_of("0123456789", body.starts_with('.') ? 1 : 0) == std::string::npos;
  return digits && (format.back() == 'd'
                        ? !body.starts_with('.')
                        : (format.back() == 'f' || format.back() == 'e') && (body.empty() || body.starts_with('.')));
}

// Replaces each place by what `text_of` gives; nothing if braces or formats are wrong.
std::optional<std::string> filled(const std::string& path, const std::function<std::string(const Place&)>& text_of) {
  std::string result;
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '}') return {};
    if (path[i] != '{') {
      result += path[i];
      continue;
    }
    const size_t end = path.find('}', i);
    if (end == std::string::npos) return {};
    const std::string inside = path.substr(i + 1, end - i - 1);
    const size_t colon = inside.find(':');
    const Place place{inside.substr(0, colon), colon == std::string::npos ? "" : inside.substr(colon + 1)};
    if (place.name.empty() || !is_format(place.format)) return {};
    result += text_of(place);
    i = end;
  }
  return result;
}

std::string formatted(const std::string& format, double value) {
  char text[64];
  if (format.empty()) return number_text(value);
  if (format.back() == 'd')
    std::snprintf(text, sizeof text, ("%" + format.substr(0, format.size() - 1) + "ld").c_str(),
                  static_cast<long>(value));
  else std::snprintf(text, sizeof text, ("%" + format).c_str(), value);
  return text;
}

}  // namespace

std::string complaint_about_checkpoint_path(const Setting& path) {
  if (path.is_none()) return {};
  const std::string& text = *path.text();
  if (!text.ends_with(".weights.h5")) return "must end in .weights.h5, as Keras asks";
  if (text.find("..") != std::string::npos || text.starts_with('/'))
    return "must be a place inside the folder of the run";
  if (!filled(text, [](const Place&) { return std::string(); })) {
    return "has braces that are not of the form {epoch}, {epoch:02d} or {val_loss:.2f}";
  }
  return {};
}

void check_checkpoint_path(const std::string& path, const std::vector<std::string>& values) {
  filled(path, [&](const Place& place) {
    if (place.name != "epoch" && std::find(values.begin(), values.end(), place.name) == values.end()) {
      throw UserError(ExitCode::recipe, "callback-setting", "callback \"ModelCheckpoint\"",
                      "filepath names " + quote(place.name) + ", and there is no such value",
                      "there are epoch, " + join(values, ", "));
    }
    return std::string();
  });
}

std::string checkpoint_path(const std::string& path, int64_t epoch, const Values& values) {
  return *filled(path, [&](const Place& place) {
    if (place.name == "epoch") return formatted(place.format, static_cast<double>(epoch));
    const double* value = find_value(values, place.name);
    return value == nullptr ? std::string("none") : formatted(place.format, *value);
  });
}

}  // namespace dltrain::training
