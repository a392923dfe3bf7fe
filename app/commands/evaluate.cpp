// dltrain evaluate: loss and metrics of a trained model, a table per class, a confusion matrix.
#include <algorithm>
#include <cstdio>

#include "app/command_line/command.h"
#include "app/experiment.h"
#include "app/output_file.h"
#include "app/progress.h"
#include "app/summary.h"
#include "app/trained_model.h"
#include "core/files.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "training/device.h"
#include "training/evaluation.h"
#include "training/interrupt.h"
#include "training/weights.h"

namespace dltrain::app {

using training::ClassReport;
using training::Evaluation;

namespace {

struct EvaluateOptions {
  std::string model;
  std::string part = "test";
  std::string data;  // another source of the same kind: a path
  std::string device;
  std::string output;  // JSON file
};

datasets::Part part_of(const std::string& name) {
  if (name == "train" || name == "training") return datasets::Part::train;
  if (name == "validation") return datasets::Part::validation;
  if (name == "test") return datasets::Part::test;
  throw UserError(ExitCode::recipe, "command-line", "dltrain evaluate", "there is no part \"" + name + "\"",
                  "--part takes train, validation or test");
}

// The main source with another path; the whole of it is the part that is evaluated.
models::Spec with_data(models::Spec spec, const std::string& path) {
  Setting* known = spec.data.source.params.find("file");
  if (known == nullptr) known = spec.data.source.params.find("directory");
  if (known == nullptr) {
    throw UserError(ExitCode::recipe, "command-line", "dltrain evaluate",
                    "the data source \"" + spec.data.source.kind + "\" has no file that --data could replace",
                    "change the recipe, or use dltrain predict");
  }
  *known = path.starts_with('/') ? Setting(path) : Setting("./" + path);
  spec.data.validation.reset();
  spec.data.test.reset();
  spec.recipe_path.clear();
  return spec;
}

Setting json_of(const Evaluation& evaluation, int64_t samples) {
  Table result;
  result.set("event", "evaluation");
  result.set("version", 1);
  result.set("samples", samples);
  Table values;
  for (const auto& [name, value] : evaluation.values) values.set(name, value);
  result.set("values", std::move(values));
  Table outputs;
  for (const ClassReport& report : evaluation.classes) {
    List classes;
    List confusion;
    for (size_t c = 0; c < report.names.size(); ++c) {
      Table row;
      row.set("class", report.names[c]);
      row.set("precision", report.precision(c));
      row.set("recall", report.recall(c));
      row.set("f1", report.f1(c));
      row.set("samples", report.support(c));
      classes.emplace_back(std::move(row));
      List counts;
      for (const int64_t count : report.confusion[c]) counts.emplace_back(count);
      confusion.emplace_back(std::move(counts));
    }
    Table output;
    output.set("classes", std::move(classes));
    output.set("confusion", std::move(confusion));
    outputs.set(report.output, std::move(output));
  }
  result.set("outputs", std::move(outputs));
  return result;
}

void print_classes(const ClassReport& report) {
  constexpr size_t widest = 20;
  std::vector<std::vector<std::string>> rows = {{"class", "precision", "recall", "f1", "samples"}};
  for (size_t c = 0; c < report.names.size(); ++c) {
    rows.push_back({report.names[c], short_number(report.precision(c)), short_number(report.recall(c)),
                    short_number(report.f1(c)), std::to_string(report.support(c))});
  }
  std::printf("\noutput %s\n%s", report.output.c_str(), table_text(rows).c_str());
  if (report.names.size() > widest) {
    std::printf("  (confusion matrix of %zu classes: --output FILE writes it)\n", report.names.size());
    return;
  }
  rows = {{"true \\ predicted"}};
  for (const std::string& name : report.names) rows[0].push_back(name);
  for (size_t c = 0; c < report.names.size(); ++c) {
    rows.push_back({report.names[c]});
    for (const int64_t count : report.confusion[c]) rows.back().push_back(std::to_string(count));
  }
  std::printf("\n%s", table_text(rows).c_str());
}

ExitCode evaluate(const EvaluateOptions& options, const CommonOptions& common) {
  training::watch_signals();
  datasets::Part part = part_of(options.part);
  check_output_file(options.output);
  FoundModel found = find_model(options.model);
  const training::ModelDescription& description = found.description;
  models::Spec spec = description.spec;
  if (!options.data.empty()) {
    spec = with_data(spec, options.data);
    part = datasets::Part::train;
  }
  const bool is_read = found.data != nullptr && options.data.empty();
  const auto data = is_read ? std::move(found.data) : open_data(spec, &description.contract);
  Diagnostics about_training;  // said when it was trained
  training::Model model(training::open_program(spec, data->signature(), about_training),
                        training::open_device(spec.run, options.device));
  training::load_weights(model, description.weights_path);
  const Evaluation evaluation = training::evaluate_model(model, *data, part, spec.train.batch_size);
  if (training::interrupted()) return training::signal_exit_code();

  const Setting json = json_of(evaluation, data->size(part));
  if (!options.output.empty()) write_file_durably(options.output, formats::json_text(json, 2) + "\n");
  if (common.json) {
    std::printf("%s\n", formats::json_text(json).c_str());
    return ExitCode::ok;
  }
  std::vector<std::vector<std::string>> rows = {{"value", options.part}};
  for (const auto& [name, value] : evaluation.values) rows.push_back({name, short_number(value)});
  std::printf("%s samples\n%s", count_text(data->size(part)).c_str(), table_text(rows).c_str());
  if (!common.quiet) std::for_each(evaluation.classes.begin(), evaluation.classes.end(), print_classes);
  return ExitCode::ok;
}

}  // namespace

void register_evaluate(CommandLine& line) {
  Command& command = line.add(Group::use, "evaluate", "loss and metrics of a trained model, per class too");
  EvaluateOptions& options = command.values<EvaluateOptions>();
  command
      .argument("MODEL", &options.model, "the folder of a run or of a model, or a recipe whose [model] names weights")
      .required()
      .offer(Offer::files);
  command.option("--part", &options.part, "PART", "which part of the data: test, validation, train")
      .show_default()
      .choices({"test", "validation", "train"});
  command.option("--data", &options.data, "PATH",
                 "other data of the same kind: a file or folder in the place of the recipe's");
  add_device(command, options.device);
  command.option("--output", &options.output, "FILE", "write the results as JSON as well");
  command.examples = {"dltrain evaluate runs/digits/0001"};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return evaluate(options, common); };
}

}  // namespace dltrain::app
