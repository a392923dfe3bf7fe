// A table in a CSV file.
#include "datasets/class_names.h"
#include "datasets/locate.h"
#include "datasets/source.h"
#include "datasets/table/named_columns.h"
#include "datasets/table/read_table.h"

namespace dltrain::datasets {

namespace {

struct Csv : Source {
  static constexpr auto kind = "csv";
  std::string file;
  std::optional<ColumnGroups> target;
  std::optional<std::vector<ColumnRef>> features;
  std::optional<ColumnGroups> inputs;
  std::vector<ColumnRef> ignore;
  std::optional<ColumnRef> weight;
  std::optional<bool> header;
  std::vector<std::string> names;
  std::string separator = ",";
  std::string decimal = ".";
  std::vector<std::string> missing = {"", "?", "NA"};
  MissingRules on_missing;
  CategoryChoice categorical;
  std::optional<int64_t> max_categories;
  std::string on_unknown = "warn";
  std::vector<std::string> classes;

  static void describe(auto& d) {
    d.doc(
        "A table in a CSV file (UTF-8, also gzip-compressed). Columns are named by their header or by number from 0; "
        "-1 is the last. Features are numbers, or categories that become columns of 0 and 1; all columns that are not "
        "target, weight or ignored.");
    d.param(&Csv::file, "file", "path of the file").required().path();
    d.param(&Csv::target, "target",
            "the column to predict; several columns of numbers; a table by output; or \"input\" for an autoencoder");
    d.param(&Csv::features, "features", "the columns of the input; default: all others");
    d.param(&Csv::inputs, "inputs",
            "the columns of each input of a model with several: { meta = [\"age\", \"hours\"] }");
    d.param(&Csv::ignore, "ignore", "columns to leave out");
    d.param(&Csv::weight, "weight", "the column of sample weights");
    d.param(&Csv::header, "header", "whether the first line names the columns; guessed, and said, if absent");
    d.param(&Csv::names, "names", "names of the columns, instead of those in the file");
    d.param(&Csv::separator, "separator", "the character between fields");
    d.param(&Csv::decimal, "decimal", "the character before the fraction of a number").one_of({".", ","});
    d.param(&Csv::missing, "missing", "texts that stand for a missing value");
    d.param(&Csv::on_missing, "on_missing",
            "what a missing value becomes: \"error\", \"drop\" (the row is left out), \"mean\", \"median\", \"mode\" "
            "(of the training part), \"category\" (one of its own, in categorical columns, which have it too where "
            "others have a mean, median or number) or a number; or a table of these by column");
    d.param(&Csv::categorical, "categorical",
            "columns whose values are categories: each value becomes a column of 0 and 1 (one-hot); or a table by "
            "column of \"auto\" (its distinct values, sorted) or a list of its categories in their order: { heating = "
            "[\"gas\", \"oil\"], kind = \"auto\" }");
    d.param(&Csv::max_categories, "max_categories",
            "of columns without a list of categories: only so many, the most frequent ones; the others are none")
        .at_least(1);
    d.param(&Csv::on_unknown, "on_unknown",
            "what a category becomes that is not known: \"warn\" (none of the columns is 1) or \"error\"")
        .one_of({"warn", "error"});
    d.param(&Csv::classes, "classes", "the classes of the target in their order; default: its distinct values, sorted");
  }

  void check(FieldReport& report) const {
    check_class_names(classes, report);
    if (separator.size() != 1 || separator == "\"" || separator == "\n") {
      report.error("separator", "separator must be one character (was \"" + separator + "\")", "e.g. \";\" or \"\\t\"");
    }
    if (!target)
      report.missing_key("target", "say which column the model learns to predict, e.g. target = -1 for the last");
  }

  SampleSets load(const LoadRequest& request) const override {
    const std::string path = locate(file, request);
    const RoleOptions options{
        target, features, inputs, ignore, weight, categorical, on_missing, missing.empty() ? "" : missing.front(), {}};
    const TableLayout layout =
        find_layout(path, {{separator[0], decimal[0]}, header, names, missing, mentioned_names(options, request)});
    const TableRoles roles = assign_roles(layout, options, request);
    SampleSets sets;
    sets.notes = layout.notes;
    sets.train =
        read_table(layout, roles, {missing, classes, max_categories, on_unknown == "error"}, request, sets.notes);
    return sets;
  }
};

}  // namespace

void register_csv(SourceRegistry& registry) { registry.add<Csv>(); }

}  // namespace dltrain::datasets
