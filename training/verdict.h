// What came of a bound of [[expect]], and how the record of a run keeps it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/place.h"
#include "core/setting.h"

namespace dltrain::training {

struct Verdict {
  enum class Kind {
    met,
    missed,
    not_judged
  };
  Kind kind = Kind::met;
  std::string bound;          // "val_accuracy is at least 0.97 in the last epoch"
  std::string found;          // "0.9812"; why nothing was judged
  Place place;                // of the bound in the recipe
  bool known_before = false;  // what it judges is known before training
  // Which bound it is: the key of the n-th [[expect]], from 0.
  int64_t expect = 0;
  std::string key;
  std::optional<double> value =
      {};  // what was found: of a metric, seconds, bytes, parameters; none where nothing was judged
};

const char* verdict_word(Verdict::Kind kind);  // "met", "missed", "open"

// For run.json. Places are not kept: recipes move.
List verdict_list(const std::vector<Verdict>& verdicts);
// Throws Bug for what verdict_list did not make.
std::vector<Verdict> verdicts_from(const List& list);

}  // namespace dltrain::training
