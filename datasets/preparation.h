// How raw values become what the model sees, and what the targets mean. Fixed by the training part and kept with the
// model, so that evaluation and prediction treat their data in the same way.
#pragma once

#include <string>
#include <vector>

#include "core/setting.h"
#include "core/signature.h"
#include "formats/csv/dialect.h"

namespace dltrain::datasets {

// What happens to a missing value of a table's column.
struct MissingRule {
  enum class How {
    error,
    drop,
    mean,
    median,
    mode,
    category,  // a category of its own, of columns with categories
    constant
  };
  How how = How::error;
  double constant = 0;
};

// A value v becomes v * scale + offset.
struct Preparation {
  double scale = 1;
  double offset = 0;
  std::vector<std::string> columns;  // of a table: names, or numbers where it has no names
  std::vector<std::string> missing;  // of a table: texts that stand for a missing value
  formats::CsvDialect dialect;       // of a table
  std::vector<double> fill;          // by column, in the place of missing values (of categories: the number of one);
                                     // NaN: a missing value is an error, or a category of its own
  // By column: the categories that become a column of 0 and 1 each; none: the column is a number. Empty: all are numbers.
  // Missing values that are a category of their own are called as the first of `missing`.
  std::vector<std::vector<std::string>> categories;
  bool refuses_unknown = false;  // a category that is not in the list is an error; else none of the columns is 1
  std::string color_mode;  // of images: "grayscale" or "rgb"
  std::string interpolation;  // of images: how they get the size of the field
};

struct InputContract {
  DataField field;
  Preparation preparation;
};

struct TargetContract {
  DataField field;
  std::vector<std::string> columns;  // of a table
};

struct DataContract {
  std::vector<InputContract> inputs;
  std::vector<TargetContract> targets;
};

// As a table for contract.json, and back. The second throws UserError (model) that begins with `who` if the table is
// not one that the first makes.
Setting contract_setting(const DataContract& contract);
DataContract contract_from_setting(const Setting& setting, const std::string& who);

}  // namespace dltrain::datasets
