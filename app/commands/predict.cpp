// dltrain predict: what a trained model says about new samples, as a file.
#include <cstdio>

#include "app/command_line/command.h"
#include "app/messages.h"
#include "app/trained_model.h"
#include "core/diagnostic.h"
#include "core/setting.h"
#include "core/text.h"
#include "datasets/input_stream.h"
#include "formats/json/json.h"
#include "training/interrupt.h"
#include "training/outputs.h"
#include "training/prediction_writer.h"

namespace dltrain::app {

namespace {

struct PredictOptions {
  std::string model;
  std::string input;
  std::string output = "-";
  std::string id;      // column of a table; empty: samples are called by their numbers
  std::string format;  // empty: by the ending of output
  int64_t batch_size = 0;  // 0: that of the recipe
  std::string device;
};

// What the samples of a batch are called: file names, or their numbers from 0.
std::vector<std::string> ids_of(const datasets::Batch& batch, const std::vector<std::string>& names) {
  if (!names.empty()) return names;
  std::vector<std::string> ids;
  for (const int64_t row : batch.rows) ids.push_back(std::to_string(row));
  return ids;
}

// Writes predictions until the samples end or a signal comes; gives the number of samples.
int64_t write_all(training::Model& model, datasets::InputStream& samples, training::PredictionWriter& writer,
                  int64_t batch_size) {
  int64_t count = 0;
  datasets::Batch batch;
  while (!training::interrupted() && samples.next(batch_size, batch)) {
    writer.write(ids_of(batch, samples.names()), model.predict(batch));
    count += batch.size;
  }
  return count;
}

void report(int64_t samples, const std::string& output, const CommonOptions& common) {
  if (common.json && output != "-") {
    Table event;
    event.set("event", "predictions");
    event.set("version", 1);
    event.set("samples", samples);
    event.set("output", output);
    std::printf("%s\n", formats::json_text(Setting(std::move(event))).c_str());
  } else if (!common.quiet && output != "-") {
    std::fprintf(stderr, "predictions for %s in %s\n", counted(samples, "sample").c_str(), output.c_str());
  }
}

ExitCode predict(const PredictOptions& options, const CommonOptions& common) {
  training::watch_signals();
  if (options.output == "-") training::end_with_reader();
  const TrainedModel trained = open_trained_model(options.model, options.device);
  const training::ModelDescription& description = trained.description;
  const auto writer = training::open_prediction_writer(
      options.output, options.format, training::output_meanings(description.spec, description.signature));
  const int64_t batch_size = options.batch_size > 0 ? options.batch_size : description.spec.train.batch_size;
  const auto samples = datasets::read_ahead(datasets::open_inputs(options.input, description.contract, options.id),
                                            batch_size, &training::interrupted);
  const int64_t count = write_all(*trained.model, *samples, *writer, batch_size);
  if (training::interrupted()) return training::signal_exit_code();
  if (count == 0)
    throw UserError(ExitCode::data, "no-samples", options.input, "holds no samples; nothing was predicted");
  writer->close();
  print_warnings(samples->warnings());
  report(count, options.output, common);
  return ExitCode::ok;
}

}  // namespace

void register_predict(CommandLine& line) {
  Command& command = line.add(Group::use, "predict", "what a trained model says about new samples");
  PredictOptions& options = command.values<PredictOptions>();
  command
      .argument("MODEL", &options.model, "the folder of a run or of a model, or a recipe whose [model] names weights")
      .required()
      .offer(Offer::files);
  command
      .option("--input", &options.input, "PATH",
              "CSV, NPY, NPZ, IDX, an image or a folder of images; - reads CSV from standard input")
      .required();
  command.option("--id", &options.id, "COLUMN",
                 "the column of a table that names its samples in the output (default: their numbers from 0)");
  command
      .option("--output", &options.output, "FILE",
              "a file that ends in .csv, .jsonl, .npy or .npz; - is standard output")
      .show_default();
  command.option("--format", &options.format, "NAME", "csv, jsonl, npy or npz (default: by the ending of the output)")
      .choices({"csv", "jsonl", "npy", "npz"});
  command.option("--batch-size", &options.batch_size, "N", "samples computed at once (default: that of the recipe)")
      .at_least_one();
  add_device(command, options.device);
  command.examples = {"dltrain predict runs/iris/0001 --input flowers.csv --output species.csv",
                      "dltrain predict runs/digits/0001 --input scans/ --output - --format jsonl"};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return predict(options, common); };
}

}  // namespace dltrain::app
