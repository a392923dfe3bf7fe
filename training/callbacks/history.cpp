#include "training/callbacks/history.h"

#include <algorithm>

#include "core/setting.h"
#include "core/text.h"

namespace dltrain::training {

History::History(const std::string& folder)
    : csv_(join_path(folder, "history.csv"), OutputFile::Mode::truncate),
      lines_(OutputFile(join_path(folder, "history.jsonl"), OutputFile::Mode::truncate)) {}

// A first epoch without validation does not know the columns of later ones: they are the training ones once more.
void History::write_header(const EpochDone& epoch) {
  for (const auto& [name, value] : epoch.values) columns_.push_back(name);
  for (const auto& [name, value] : epoch.values) {
    const bool known = name.starts_with("val_") || std::find(columns_.begin(), columns_.end(), "val_" + name) != columns_.end();
    if (has_validation_ && !known) columns_.push_back("val_" + name);
  }
  csv_.write("epoch,step,learning_rate,seconds," + join(columns_, ",") + "\n");
}

void History::on(const Event& event, Wishes&) {
  if (const auto* run = std::get_if<RunStarted>(&event)) has_validation_ = run->validation_samples > 0;
  const auto* epoch = std::get_if<EpochDone>(&event);
  if (epoch == nullptr) return;
  if (columns_.empty()) write_header(*epoch);
  std::string line = std::to_string(epoch->epoch) + "," + std::to_string(epoch->step) + "," + number_text(epoch->learning_rate) + "," +
                     number_text(epoch->seconds);
  for (const std::string& column : columns_) {
    const auto found = std::find_if(epoch->values.begin(), epoch->values.end(), [&](const auto& v) { return v.first == column; });
    line += "," + (found == epoch->values.end() ? std::string() : number_text(found->second));
  }
  csv_.write(line + "\n");

  Table table;
  table.set("epoch", epoch->epoch);
  table.set("step", epoch->step);
  table.set("learning_rate", epoch->learning_rate);
  table.set("seconds", epoch->seconds);
  for (const auto& [name, value] : epoch->values) table.set(name, value);
  lines_.write(Setting(std::move(table)));
}

}  // namespace dltrain::training
