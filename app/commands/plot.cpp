// dltrain plot: the model of a recipe as a drawing, or its learning rate over the steps of training.
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "app/command_line/command.h"
#include "app/experiment.h"
#include "app/logs/chart.h"
#include "app/messages.h"
#include "app/output_file.h"
#include "app/plot/graphviz.h"
#include "app/plot/model_drawing.h"
#include "app/plot/rates.h"
#include "app/plot/svg_chart.h"
#include "app/progress.h"
#include "core/files.h"
#include "core/read_fields.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

struct PlotOptions {
  RecipeOptions recipe;
  std::string output;  // empty: standard output
  std::string format;  // empty: by the ending of output
  bool unfold = false;
  bool schedule = false;
};

const std::vector<std::string> formats = {"dot", "svg", "png"};

std::string format_of(const PlotOptions& options) {
  std::string format = options.format;
  if (format.empty() && options.output.empty()) return options.schedule ? "" : "dot";
  const bool by_ending = format.empty();
  if (by_ending) format = options.output.substr(std::min(options.output.rfind('.'), options.output.size() - 1) + 1);
  if (std::ranges::find(formats, format) != formats.end()) return format;
  Diagnostic error{Severity::error, "unknown-value", {}, "dltrain plot"};
  error.what = by_ending ? "the ending of " + options.output + " is not that of a picture"
                         : "there is no format " + quote(format);
  suggest(error, format, formats);
  throw UserError(ExitCode::recipe, {std::move(error)});
}

void write(const PlotOptions& options, const std::string& text) {
  if (options.output.empty()) std::fwrite(text.data(), 1, text.size(), stdout);
  else write_file_durably(options.output, text);
}

ExitCode plot_model(const PlotOptions& options, const models::Spec& spec, const std::string& format) {
  Diagnostics warnings;
  const DataSignature signature = training::look_at_data(spec, warnings).signature;
  const models::Program program = training::open_program(spec, signature, warnings);
  const std::string dot = dot_text(draw_model(program, options.unfold));
  if (format == "dot") write(options, dot);
  else write_graphviz_picture(dot, format, options.output);
  return ExitCode::ok;
}

ExitCode plot_schedule(const PlotOptions& options, const models::Spec& spec, const std::string& format) {
  if (format == "dot" || format == "png") {
    throw UserError(ExitCode::recipe, "output-format", "dltrain plot",
                    "the learning rate is drawn as SVG, not as " + format,
                    "write -o FILE.svg, or no -o for a chart in the terminal");
  }
  const RatePlot rates = rates_of(spec);
  for (const std::string& note : rates.notes) std::fprintf(stderr, "note: %s\n", note.c_str());
  if (format == "svg") {
    write(options, svg_chart(rates.curve, {spec.name + ": learning rate", rates.x_title, "learning rate"}));
    return ExitCode::ok;
  }
  ChartOptions chart;
  chart.title = "learning rate over " + rates.x_title;
  chart.width = std::min<size_t>(terminal_width(), 80);
  chart.colours = isatty(STDOUT_FILENO) != 0 && colours_on_stderr();
  std::fputs(chart_text({rates.curve}, chart).c_str(), stdout);
  return ExitCode::ok;
}

ExitCode plot(const PlotOptions& options) {
  const std::string format = format_of(options);
  if (options.schedule && options.unfold)
    throw UserError(ExitCode::recipe, "command-line", "dltrain plot", "--unfold is for drawings of the model",
                    "leave out --schedule or --unfold");
  check_output_file(options.output);
  if (!options.schedule && format != "dot") {
    if (options.output.empty())
      throw UserError(ExitCode::recipe, "command-line", "dltrain plot", "a picture needs a file",
                      "write -o model." + format);
    check_graphviz();
  }
  Diagnostics warnings;  // check tells them
  const models::Spec spec = open_recipe(options.recipe, warnings).spec;
  return options.schedule ? plot_schedule(options, spec, format) : plot_model(options, spec, format);
}

}  // namespace

void register_plot(CommandLine& line) {
  Command& command = line.add(Group::write, "plot", "the model as a drawing, or the learning rate over the steps");
  PlotOptions& options = command.values<PlotOptions>();
  add_recipe(command, options.recipe);
  command
      .option("--output", &options.output, "FILE",
              "a file that ends in .svg, .png or .dot (default: DOT to standard output)")
      .letter("-o");
  command.option("--format", &options.format, "NAME", "dot, svg or png (default: by the ending of the output)")
      .choices(formats);
  command.flag("--unfold", options.unfold, "a box for every layer, blocks as frames; else blocks are one box");
  command.flag("--schedule", options.schedule, "the learning rate instead: a chart in the terminal, or an SVG file");
  command.examples = {"dltrain plot recipes/digits_cnn.toml -o model.svg",
                      "dltrain plot recipes/digits.toml --unfold | dot -Tpdf > model.pdf",
                      "dltrain plot recipes/mnist_cnn.toml --schedule"};
  command.notes = {
      "SVG and PNG are made by Graphviz' program dot, which must be installed for them; DOT needs nothing."};
  command.run = [&options](const CommonOptions&) { return plot(options); };
}

}  // namespace dltrain::app
