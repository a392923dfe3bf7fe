// A table in a file of its own, opened as a recipe would.
#pragma once

#include <string_view>
#include <utility>

#include "tests/datasets/support.h"
#include "tests/support/files.h"

namespace dltrain::test {

// A recipe with one CSV file, in a folder of its own.
class CsvRecipe {
 public:
  explicit CsvRecipe(std::string_view text) { write(folder_, "data.csv", text); }
  const TemporaryFolder& folder() const { return folder_; }

  DataRequest request(std::initializer_list<std::pair<std::string, Setting>> keys,
                      TargetKind kind = TargetKind::automatic) const {
    Table settings = table(keys);
    settings.set("type", "csv");
    if (!settings.contains("file")) settings.set("file", "data.csv");
    DataRequest request = request_for(settings, kind);
    request.recipe_folder = folder_.path();
    return request;
  }
  Opened load(std::initializer_list<std::pair<std::string, Setting>> keys,
              TargetKind kind = TargetKind::automatic) const {
    return open(request(keys, kind));
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace dltrain::test
