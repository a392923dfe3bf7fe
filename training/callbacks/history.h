// history.csv and history.jsonl: one line for each epoch, flushed at once, so that they are true at any moment.
#pragma once

#include <string>
#include <vector>

#include "core/files.h"
#include "formats/json/json_lines.h"
#include "training/callback.h"

namespace dltrain::training {

class History : public Callback {
 public:
  // Makes both files in the folder of the run.
  explicit History(const std::string& folder);
  void on(const Event& event, Wishes& wishes) override;

 private:
  void write_header(const EpochDone& epoch);

  bool has_validation_ = false;
  OutputFile csv_;
  formats::JsonLines lines_;
  std::vector<std::string> columns_;  // of the CSV, from the first epoch; later epochs may lack some (validation_freq)
};

}  // namespace dltrain::training
