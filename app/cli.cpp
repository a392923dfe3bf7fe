#include "app/cli.h"

#include <CLI/CLI.hpp>
#include <functional>

#include "app/commands.h"
#include "app/messages.h"
#include "app/version_text.h"
#include "core/diagnostic.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

// Everything the command line can say; lives as long as the parse.
struct Parsed {
  CommonOptions common;
  FitOptions fit;
  CheckOptions check;
  DiffOptions diff;
  SchemaOptions schema;
  ResumeOptions resume;
  ReplayOptions replay;
  RunsOptions runs;
  VerifyOptions verify;
  EvaluateOptions evaluate;
  PredictOptions predict;
  ExplainOptions explain;
  CrosscheckOptions crosscheck;
  ProfileOptions profile;
  LogsOptions logs;
  ListOptions list;
  std::vector<std::string> later_arguments;
  std::function<ExitCode()> command;
};

void add_changes(CLI::App& app, RecipeOptions& options) {
  app.add_option("--set", options.set, "change one value, e.g. --set train.epochs=3 or --set layers.hidden.units=128")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--epochs", options.epochs, "short for --set train.epochs=N")->type_name("N");
  app.add_option("--seed", options.seed, "short for --set seed=N")->type_name("N");
  app.add_option("--device", options.device, "short for --set run.device=NAME: auto, cpu, cuda, reference")
      ->type_name("NAME");
  app.add_option("--threads", options.threads, "short for --set run.threads=N")->type_name("N");
  app.add_option("--limit-batches", options.limit_batches,
                 "short for --set train.limit_batches=N: at most so many batches of each part in an epoch")
      ->type_name("N");
}

void add_recipe_options(CLI::App& app, RecipeOptions& options) {
  app.add_option("RECIPE", options.recipe, "the recipe, a TOML file")->required();
  add_changes(app, options);
}

void add_fit(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("fit", "train the model of a recipe, or of several in a row");
  command->add_option("RECIPE", parsed.fit.recipes, "recipes, TOML files")->required()->type_name("RECIPE");
  add_changes(*command, parsed.fit.recipe);
  command->add_flag("--fast", parsed.fit.fast,
                    "one epoch of one batch, and one of validation and test: whether all of it works; bounds on "
                    "metrics and time are not judged");
  command
      ->add_option("--repeat", parsed.fit.repeat,
                   "run each recipe N times, with seeds that follow one another; says mean and deviation")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, int64_t{10000}, "1 to 10000"));
  command
      ->add_option("--report", parsed.fit.report,
                   "write what the runs came to, to a file that ends in .xml (JUnit) or .json")
      ->type_name("FILE");
  command->add_option("--run", parsed.fit.run, "folder of the run (default: the next number under runs/NAME)")
      ->type_name("DIR");
  command
      ->add_option("--init-from", parsed.fit.init_from,
                   "begin with the weights of a run, a model or a .weights.h5 file (fine-tuning)")
      ->type_name("PATH");
  command
      ->add_flag("--init-partial", parsed.fit.init_partial,
                 "with --init-from: take the layers that fit, leave the others as they are")
      ->needs("--init-from");
  command->add_flag("--resume", parsed.fit.resume,
                    "go on with the newest run of the recipe (or that of --run), if there is one");
  command->footer(
      "Examples: dltrain fit recipes/digits.toml --set train.epochs=5\n"
      "          dltrain fit recipes/digits.toml recipes/iris.toml --repeat 5 --report results.xml\n"
      "Exit code 10 if a bound of [[expect]] was missed.");
  command->callback([&parsed] { parsed.command = [&parsed] { return fit(parsed.fit, parsed.common); }; });
}

void add_check(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("check", "what a recipe is and takes, without training it");
  add_recipe_options(*command, parsed.check.recipe);
  command->add_flag("--static", parsed.check.headers_only,
                    "stop before the data: its files' headers are read, not the values, and no step is made");
  command->footer(
      "Examples: dltrain check recipes/digits.toml\n          dltrain check recipes/digits.toml --static --json\n"
      "Exit code 0 if the recipe can be trained here; else that of what is wrong: 2 recipe, 3 data, 5 disk,\n"
      "6 numbers that are not finite, 7 memory.");
  command->callback([&parsed] { parsed.command = [&parsed] { return check(parsed.check, parsed.common); }; });
}

void add_diff(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("diff", "what differs between two recipes in meaning, and what that costs");
  command->add_option("A", parsed.diff.before, "a recipe")->required();
  command->add_option("B", parsed.diff.now, "another one")->required();
  command->footer("Example: dltrain diff recipes/digits.toml recipes/digits_cnn.toml");
  command->callback([&parsed] { parsed.command = [&parsed] { return diff(parsed.diff, parsed.common); }; });
}

void add_schema(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("schema", "the JSON Schema of recipes, for completion and errors in editors");
  command->add_option("--output", parsed.schema.output, "write it to a file")->type_name("FILE");
  command->footer("Example: dltrain schema --output recipe.schema.json");
  command->callback([&parsed] { parsed.command = [&parsed] { return schema(parsed.schema, parsed.common); }; });
}

void add_resume(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("resume", "go on with a run that was interrupted");
  command->add_option("RUN", parsed.resume.run, "the folder of the run")->required();
  add_changes(*command, parsed.resume.changes);
  command->footer("Examples: dltrain resume runs/digits/0001\n          dltrain resume runs/digits/0001 --epochs 40");
  command->callback([&parsed] { parsed.command = [&parsed] { return resume(parsed.resume, parsed.common); }; });
}

void add_replay(CLI::App& app, Parsed& parsed) {
  CLI::App* command =
      app.add_subcommand("replay", "make a failed step of a run again, and look for what is not finite");
  command->add_option("FAILURE", parsed.replay.failure, "the folder that the failed run named: RUN/failures/step-N")
      ->required();
  command->add_option("--device", parsed.replay.device, "auto, cpu, cuda, reference")->type_name("NAME");
  command->footer(
      "Example: dltrain replay runs/digits/0001/failures/step-12\nExit code 6 if it is seen again, 0 if all numbers are finite now.");
  command->callback([&parsed] { parsed.command = [&parsed] { return replay(parsed.replay, parsed.common); }; });
}

void add_runs(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("runs", "list runs: how far they are, what they reached, how to go on");
  command->add_option("FOLDER", parsed.runs.folder, "where to look for runs")->capture_default_str();
  command->footer("Example: dltrain runs");
  command->callback([&parsed] { parsed.command = [&parsed] { return runs(parsed.runs, parsed.common); }; });
}

void add_verify(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("verify", "check every byte of a run's checkpoints");
  command->add_option("RUN", parsed.verify.run, "the folder of a run, or of a checkpoint")->required();
  command
      ->add_option(
          "--replay", parsed.verify.replay,
          "also train up to N steps again, from one checkpoint to the next, and compare the bits; where no two are "
          "so near, N steps twice from the newest")
      ->type_name("N");
  command->footer(
      "Examples: dltrain verify runs/digits/0001\n          dltrain verify runs/digits/0001 --replay 20\nExit code 4 if something is damaged, 10 if the bits differ.");
  command->callback([&parsed] { parsed.command = [&parsed] { return verify(parsed.verify, parsed.common); }; });
}

void add_evaluate(CLI::App& app, Parsed& parsed) {
  EvaluateOptions& options = parsed.evaluate;
  CLI::App* command = app.add_subcommand("evaluate", "loss and metrics of a trained model, per class too");
  command
      ->add_option("MODEL", options.model, "the folder of a run or of a model, or a recipe whose [model] names weights")
      ->required();
  command->add_option("--part", options.part, "which part of the data: test, validation, train")
      ->type_name("PART")
      ->capture_default_str();
  command
      ->add_option("--data", options.data, "other data of the same kind: a file or folder in the place of the recipe's")
      ->type_name("PATH");
  command->add_option("--device", options.device, "auto, cpu, cuda, reference")->type_name("NAME");
  command->add_option("--output", options.output, "write the results as JSON as well")->type_name("FILE");
  command->footer("Example: dltrain evaluate runs/digits/0001");
  command->callback([&parsed] { parsed.command = [&parsed] { return evaluate(parsed.evaluate, parsed.common); }; });
}

void add_predict(CLI::App& app, Parsed& parsed) {
  PredictOptions& options = parsed.predict;
  CLI::App* command = app.add_subcommand("predict", "what a trained model says about new samples");
  command
      ->add_option("MODEL", options.model, "the folder of a run or of a model, or a recipe whose [model] names weights")
      ->required();
  command
      ->add_option("--input", options.input,
                   "CSV, NPY, NPZ, IDX, an image or a folder of images; - reads CSV from standard input")
      ->type_name("PATH")
      ->required();
  command
      ->add_option("--output", options.output, "a file that ends in .csv, .jsonl, .npy or .npz; - is standard output")
      ->type_name("FILE")
      ->capture_default_str();
  command->add_option("--format", options.format, "csv, jsonl, npy or npz (default: by the ending of the output)")
      ->type_name("NAME");
  command->add_option("--batch-size", options.batch_size, "samples computed at once (default: that of the recipe)")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 30, "1 to 1073741824"));
  command->add_option("--device", options.device, "auto, cpu, cuda, reference")->type_name("NAME");
  command->footer(
      "Examples: dltrain predict runs/iris/0001 --input flowers.csv --output species.csv\n"
      "          dltrain predict runs/digits/0001 --input scans/ --output - --format jsonl");
  command->callback([&parsed] { parsed.command = [&parsed] { return predict(parsed.predict, parsed.common); }; });
}

void add_crosscheck(CLI::App& app, Parsed& parsed) {
  CrosscheckOptions& options = parsed.crosscheck;
  CLI::App* command =
      app.add_subcommand("crosscheck", "run a training step on two devices and compare every operation");
  add_recipe_options(*command, options.recipe);
  command->add_option("--devices", options.devices, "the device to test and the one to trust")
      ->type_name("A,B")
      ->capture_default_str();
  command->footer("Example: dltrain crosscheck recipes/digits.toml\nExit code 10 if an operation differs.");
  command->callback([&parsed] { parsed.command = [&parsed] { return crosscheck(parsed.crosscheck, parsed.common); }; });
}

void add_profile(CLI::App& app, Parsed& parsed) {
  ProfileOptions& options = parsed.profile;
  CLI::App* command = app.add_subcommand("profile", "where the time of a step goes, kernel by kernel");
  add_recipe_options(*command, options.recipe);
  command->add_option("--work", options.work, "train, evaluate or predict")->type_name("WORK")->capture_default_str();
  command->add_option("--batch-size", options.batch_size, "samples of a step (default: that of the recipe)")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 30, "1 to 1073741824"));
  command->add_option("--steps", options.steps, "how many steps to time")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 30, "1 to 1073741824"))
      ->capture_default_str();
  command->add_flag("--all", options.all, "kernels below one percent too");
  command->add_option("--output", options.output, "write everything as JSON as well")->type_name("FILE");
  command->add_option("--trace", options.trace, "write a step as a trace for ui.perfetto.dev or chrome://tracing")
      ->type_name("FILE");
  command->footer("Example: dltrain profile recipes/digits_cnn.toml --trace step.json");
  command->callback([&parsed] { parsed.command = [&parsed] { return profile(parsed.profile, parsed.common); }; });
}

void add_explain(CLI::App& app, Parsed& parsed) {
  ExplainOptions& options = parsed.explain;
  CLI::App* command = app.add_subcommand("explain", "a recipe at any stage, or anything that a recipe can name");
  add_recipe_options(*command, options.recipe);
  command->get_option("RECIPE")
      ->description("a recipe, or a name such as Dense, relu, Adam, activations")
      ->type_name("RECIPE|NAME");
  command->add_option("--stage", options.stage, "spec, graph, train or plan")
      ->type_name("STAGE")
      ->capture_default_str();
  command->add_flag("--markdown", options.markdown, "the page of a family in docs/reference")->group("");
  command->footer("Examples: dltrain explain recipes/digits.toml --stage graph\n          dltrain explain Dense");
  command->callback([&parsed] { parsed.command = [&parsed] { return explain(parsed.explain, parsed.common); }; });
}

void add_logs(CLI::App& app, Parsed& parsed) {
  LogsOptions& options = parsed.logs;
  CLI::App* command = app.add_subcommand("logs", "curves and numbers of runs, from their event files");
  command->add_option("RUN", options.runs, "folders of runs, or of event files")->required();
  command
      ->add_option("--tag", options.tags,
                   "draw or print these; with * and ? as in file names (default: the values of epochs)")
      ->type_name("NAME")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_flag("--list", options.list, "what there is");
  command->add_option("--tail", options.tail, "the last N values of each tag")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 30, "1 to 1073741824"));
  command->add_flag("--follow", options.follow, "print values as they come, until interrupted");
  command->add_option("--output", options.output, "write the values to a file that ends in .csv or .json")
      ->type_name("FILE");
  command->add_flag("--log", options.logarithmic, "logarithmic y axis");
  command->add_option("--width", options.width, "characters of a chart (default: of the terminal, at most 80)")
      ->type_name("N")
      ->check(CLI::Range(int64_t{40}, int64_t{1000}, "40 to 1000"));
  command->add_option("--height", options.height, "lines of a plot")
      ->type_name("N")
      ->check(CLI::Range(int64_t{4}, int64_t{200}, "4 to 200"))
      ->capture_default_str();
  command->footer(
      "Examples: dltrain logs runs/digits/0001\n          dltrain logs runs/digits/0001 runs/digits/0002 --tag epoch_accuracy");
  command->callback([&parsed] { parsed.command = [&parsed] { return logs(parsed.logs, parsed.common); }; });
}

void add_list(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("list", "what a recipe can name");
  command->add_option("FAMILY", parsed.list.family,
                      "layer, activation, loss, metric, optimizer, schedule, source, ...");
  command->footer("Example: dltrain list layer");
  command->callback([&parsed] { parsed.command = [&parsed] { return list(parsed.list, parsed.common); }; });
}

void add_devices(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("devices", "what this machine offers, and why something is not used");
  command->callback([&parsed] { parsed.command = [&parsed] { return devices(parsed.common); }; });
}

// Commands of the design that this version does not have yet: known by name, answered as an error.
constexpr const char* later_commands[] = {"new", "compare", "plot", "fmt", "migrate"};

void add_later(CLI::App& app, Parsed& parsed) {
  for (const char* name : later_commands) {
    CLI::App* command = app.add_subcommand(name, "not available yet")->group("");
    command->prefix_command();
    command->fallthrough(false);
    command->callback([name, &parsed] {
      parsed.command = [name]() -> ExitCode {
        throw UserError(ExitCode::recipe, std::string("dltrain ") + name, "this command is not available yet",
                        "dltrain --help lists what this version has");
      };
    });
  }
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// The command that was being parsed when something went wrong.
const CLI::App& active(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? app : *commands.front();
}

// The parser's own words for values, in ours: "Could not convert: --epochs = three", "--epochs: 1 required N missing".
std::string value_problem(const CLI::ParseError& error) {
  const std::string text = error.what();
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    const size_t name = text.find("--");
    const size_t equals = text.find(" = ");
    if (name != std::string::npos && equals != std::string::npos && name < equals) {
      return text.substr(name, equals - name) + " takes a number (was " + quote(text.substr(equals + 3)) + ")";
    }
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr && text.starts_with("--"))
    return text.substr(0, text.find(':')) + " needs a value";
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) return text.substr(0, text.find(' ')) + " is missing";
  return text;
}

[[noreturn]] void refuse(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = active(app);
  const bool at_top = &command == &app;
  const std::string who = at_top ? "dltrain" : "dltrain " + command.get_name();
  std::string help = at_top ? "dltrain --help lists the commands" : who + " --help lists its options";
  std::string what = value_problem(error);
  const std::vector<std::string> extras = app.remaining(true);
  const bool no_command = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && at_top;
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr || (no_command && !extras.empty())) {
    const std::string word = extras.empty() ? "" : extras.front();
    std::vector<std::string> known = option_names(command);
    if (at_top && !word.starts_with('-')) {
      known.clear();
      for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
        known.push_back(sub->get_name());
    }
    what = (word.starts_with('-') ? "there is no option \""
            : at_top              ? "there is no command \""
                                  : "there is an argument too many: \"") +
           word + "\"";
    if (const auto near = nearest(word.substr(0, word.find('=')), known)) help = "did you mean " + *near + "? " + help;
  } else if (no_command) {
    what = "a command is missing";
  }
  throw UserError(ExitCode::recipe, who, what, help);
}

}  // namespace

ExitCode run(int argc, char** argv) {
  CLI::App app{"Trains neural networks from recipes.", "dltrain"};
  Parsed parsed;
  app.require_subcommand(1);
  app.set_help_flag("-h,--help", "this text");
  app.set_version_flag("--version", version_text, "the versions of the program and its libraries");
  app.add_flag("--json", parsed.common.json, "one JSON object per line on standard output, for programs");
  app.add_flag("--github", parsed.common.github, "messages as annotations of GitHub Actions as well");
  app.add_flag("-q,--quiet", parsed.common.quiet, "results and errors only");
  app.add_flag("-v,--verbose", parsed.common.verbose, "say more");
  app.fallthrough();
  app.footer(
      "Examples:\n  dltrain fit recipes/digits.toml\n  dltrain evaluate runs/digits/0001\n"
      "  dltrain predict runs/iris/0001 --input flowers.csv --output species.csv\n  dltrain explain Conv2D");
  add_fit(app, parsed);
  add_check(app, parsed);
  add_diff(app, parsed);
  add_schema(app, parsed);
  add_resume(app, parsed);
  add_runs(app, parsed);
  add_verify(app, parsed);
  add_replay(app, parsed);
  add_evaluate(app, parsed);
  add_predict(app, parsed);
  add_profile(app, parsed);
  add_explain(app, parsed);
  add_logs(app, parsed);
  add_list(app, parsed);
  add_devices(app, parsed);

  add_crosscheck(app, parsed);
  add_later(app, parsed);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << active(app).help();
    return ExitCode::ok;
  } catch (const CLI::CallForVersion& version) {
    std::cout << version.what() << "\n";
    return ExitCode::ok;
  } catch (const CLI::ParseError& error) {
    refuse(app, error);
  }
  if (parsed.common.github) annotate_for_github();
  return parsed.command();
}

}  // namespace dltrain::app
