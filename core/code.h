// The kinds of mistakes that dltrain tells of. Each has a number that never changes its meaning (E0201: an error, W0910: a
// warning; its first two digits are the group), a name, and a page in docs/errors that `dltrain explain E0201` prints.
// A message cannot be made without one of these names, and a name that is not in the table does not compile.
//
// To add a kind: a line at the end of its group here, and its page; tests/house and tests/app say what else is missing.
// A number that is no longer used is not given away again.
#pragma once

#include <string_view>

namespace dltrain {

struct CodeEntry {
  std::string_view number, name;
};

inline constexpr CodeEntry code_table[] = {
    // 01: the text of a recipe
    {"E0101", "syntax"},
    {"E0102", "duplicate-key"},
    {"E0103", "too-deep"},
    {"E0104", "encoding"},
    {"E0105", "empty-recipe"},
    // 02: keys and sections
    {"E0201", "unknown-key"},
    {"E0202", "missing-key"},
    {"E0203", "unknown-section"},
    {"E0204", "missing-section"},
    {"E0205", "renamed-key"},
    {"E0206", "not-available"},
    {"W0207", "no-effect"},
    // 03: types and values
    {"E0301", "wrong-type"},
    {"E0302", "unknown-value"},
    {"E0303", "unknown-type"},
    {"E0304", "empty-list"},
    // 04: ranges, and values that exclude one another
    {"E0401", "out-of-range"},
    {"E0402", "contradiction"},
    {"E0403", "too-many-layers"},
    {"W0404", "batch-too-large"},
    {"E0405", "no-full-batch"},
    {"W0406", "batch-statistics"},
    // 05: names and references
    {"E0501", "unknown-layer"},
    {"E0502", "unknown-output"},
    {"E0503", "unknown-parameter"},
    {"E0504", "duplicate-name"},
    {"E0505", "bad-name"},
    {"E0506", "further-down"},
    {"E0507", "unused"},
    {"E0508", "second-reuse"},
    {"W0509", "unused-block"},
    {"E0510", "unused-parameter"},
    {"E0511", "which-input"},
    {"E0512", "unknown-input"},
    {"E0513", "undeclared-inputs"},
    // 06: cycles
    {"E0601", "takes-itself"},
    {"E0602", "extends-circle"},
    {"E0603", "extends-depth"},
    {"E0604", "block-in-itself"},
    // 07: shapes
    {"E0701", "shape"},
    {"E0702", "window"},
    {"E0703", "axis"},
    {"E0704", "rank"},
    {"E0705", "groups"},
    {"E0706", "element-count"},
    {"E0707", "too-large"},
    {"E0708", "mask"},
    {"E0709", "input-shape"},
    {"E0710", "input-dtype"},
    {"W0711", "mask-lost"},
    {"E0712", "weight-shape"},
    {"E0713", "adapts-too-late"},
    // 08: layers with several inputs
    {"E0801", "merge-shapes"},
    {"E0802", "input-count"},
    // 09: losses against outputs and targets
    {"E0901", "target-shape"},
    {"E0902", "class-numbers"},
    {"E0903", "too-few-units"},
    {"W0904", "spare-units"},
    {"E0905", "one-column-softmax"},
    {"E0906", "no-probabilities"},
    {"W0907", "twice-activated"},
    {"W0908", "softmax-twice"},
    {"W0909", "no-distribution"},
    {"W0910", "never-reached"},
    {"E0911", "missing-loss"},
    {"E0912", "needs-classes"},
    {"E0913", "two-classes-only"},
    {"E0914", "class-weight"},
    {"E0915", "not-flattened"},
    {"W0916", "nothing-to-train"},
    {"W0917", "exclusive-classes"},
    {"W0918", "dropped-output"},
    {"W0919", "classes-together"},
    {"E0920", "no-truth-values"},
    // 10: metrics
    {"E1001", "duplicate-metric"},
    {"W1002", "accuracy-of-numbers"},
    {"W1003", "threshold-on-logits"},
    {"E1004", "metric-setting"},
    // 11: callbacks and expectations
    {"E1101", "unknown-monitor"},
    {"E1102", "two-learning-rates"},
    {"E1103", "callback-setting"},
    {"E1104", "unknown-expectation"},
    {"E1105", "impossible-bound"},
    {"E1106", "missed-bound"},
    {"W1107", "monitor-mode"},
    // 12: data
    {"E1201", "unknown-column"},
    {"E1202", "division"},
    {"W1203", "missing-class"},
    {"W1204", "many-classes"},
    {"W1205", "not-scaled"},
    {"E1206", "bad-cell"},
    {"E1207", "not-finite"},
    {"E1208", "unknown-class"},
    {"E1209", "no-samples"},
    {"E1210", "sample-counts"},
    {"E1211", "part-differs"},
    {"E1212", "text-column"},
    {"E1213", "column-roles"},
    {"E1214", "image-size"},
    {"E1215", "class-folders"},
    {"E1216", "input-mismatch"},
    {"E1217", "id-range"},
    {"E1218", "no-such-part"},
    {"E1219", "no-known-value"},
    {"E1220", "table-layout"},
    {"E1221", "sample-weights"},
    {"E1222", "integer-size"},
    {"E1223", "nothing-to-learn"},
    {"E1224", "unknown-data"},
    {"E1225", "unknown-category"},
    {"W1226", "new-category"},
    {"W1227", "many-categories"},
    {"W1228", "not-ids"},
    // 13: paths
    {"E1301", "no-recipe"},
    {"E1302", "no-data-file"},
    {"E1303", "not-a-folder"},
    {"E1304", "file-access"},
    {"E1305", "no-space"},
    {"E1306", "is-a-folder"},
    {"E1307", "no-such-path"},
    {"E1308", "file-exists"},
    // 14: devices and memory
    {"E1401", "unknown-device"},
    {"E1402", "no-cuda"},
    {"E1403", "no-kernel"},
    {"E1404", "memory"},
    {"E1405", "module"},
    {"E1406", "no-driver"},
    {"E1407", "old-driver"},
    {"E1408", "driver-mismatch"},
    {"E1409", "driver-failed"},
    {"E1410", "no-gpu"},
    {"E1411", "unknown-gpu"},
    {"E1412", "old-gpu"},
    {"E1413", "gpu-not-ready"},
    {"E1414", "gpu-prohibited"},
    {"E1415", "gpu-in-use"},
    {"E1416", "gpu-lost"},
    {"E1417", "no-code"},
    {"E1418", "no-precision"},
    {"W1419", "threads"},
    {"E1420", "too-many-threads"},
    // 15: the command line
    {"E1501", "command-line"},
    {"E1502", "bad-change"},
    {"E1503", "unknown-name"},
    {"E1504", "output-format"},
    // 16: files of weights, models and checkpoints; formats
    {"E1601", "unreadable-file"},
    {"E1602", "file-too-large"},
    {"E1603", "no-such-array"},
    {"E1604", "newer-format"},
    {"E1605", "weights-misfit"},
    {"E1606", "no-model"},
    {"E1607", "damaged-checkpoint"},
    {"E1608", "two-weights"},
    {"E1609", "no-weights"},
    // 17: runs
    {"E1701", "no-run"},
    {"E1702", "locked"},
    {"E1703", "run-exists"},
    {"E1704", "nothing-left"},
    {"E1705", "no-checkpoint"},
    {"E1706", "diverged"},
    {"E1707", "interrupted"},
    {"E1708", "no-logs"},
};

// One of the table, by name: Code code = "unknown-key".
class Code {
 public:
  consteval Code(const char* name) : entry_(&entry_of(name)) {}

  std::string_view number() const { return entry_->number; }
  std::string_view name() const { return entry_->name; }
  bool is_error() const { return entry_->number.front() == 'E'; }
  friend bool operator==(Code a, Code b) { return a.entry_ == b.entry_; }

 private:
  // Not a constant expression: the compiler names it where a code is not in the table.
  [[noreturn]] static void is_not_in_the_table();

  static consteval const CodeEntry& entry_of(std::string_view name) {
    for (const CodeEntry& entry : code_table) {
      if (entry.name == name) return entry;
    }
    is_not_in_the_table();
  }

  const CodeEntry* entry_;
};

// The entry of a number ("E0201") or a name ("unknown-key"); null if there is none.
const CodeEntry* find_code(std::string_view text);

}  // namespace dltrain
