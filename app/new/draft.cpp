#include "app/new/draft.h"

#include <cstdio>
#include <cstdlib>

#include "core/text.h"

namespace dltrain::app {

namespace {

struct Pace {
  int64_t epochs, batch_size, patience;
};

// Small sets take more passes; early stopping ends what does not get better.
Pace pace_of(const Draft& draft) {
  const bool heavy = draft.sample.rank() > 1;
  if (draft.samples < 1000) return heavy ? Pace{60, 16, 10} : Pace{200, 16, 20};
  if (draft.samples < 20'000) return heavy ? Pace{40, 32, 6} : Pace{100, 32, 10};
  return heavy ? Pace{20, 64, 3} : Pace{50, 128, 5};
}

void add(std::string& text, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) text += line + "\n";
}

std::string parts_text(const Draft& draft) {
  std::string text;
  const bool validation = !draft.has_validation, test = !draft.has_test;
  if (!draft.test.empty()) {
    text += "\n[data.test]\n";
    add(text, draft.test);
  }
  if (!validation && !test) return text;
  text += "\n";
  add(text,
      comment(draft.in_time
                  ? "Rows follow each other in time, so the last ones are kept from training: validation says when to "
                    "stop; test, the very last rows, is looked at once, at the end. Each row stands for itself: "
                    "what earlier rows say is not looked at."
              : test ? "A part of the samples is kept from training: validation says when to stop, test is looked "
                       "at once, at the end. With a seed of its own it is the same part in every run."
                     : "A part of the samples is kept from training, to say when to stop. With a seed of its "
                       "own it is the same part in every run."));
  const std::string how = draft.in_time ? "how = \"time\"\n" : "seed = 0\n";
  if (validation) text += "[data.validation]\nsplit = 0.15\n" + how;
  if (validation && test) text += "\n";
  if (test) text += "[data.test]\nsplit = 0.2\n" + how;
  return text;
}

std::string loss_text(const Task& task) {
  switch (task.kind) {
    case Task::Kind::classes: return "loss = \"sparse_categorical_crossentropy\"\nmetrics = [\"accuracy\"]\n";
    case Task::Kind::one_hot: return "loss = \"categorical_crossentropy\"\nmetrics = [\"accuracy\"]\n";
    case Task::Kind::numbers: return "loss = \"mse\"\nmetrics = [\"mae\", \"RootMeanSquaredError\"]\n";
  }
  return {};
}

std::string baseline_text(const Task& task) {
  char text[160];
  if (task.kind != Task::Kind::numbers && task.majority > 0) {
    std::snprintf(text, sizeof text, "Always saying the most frequent class would be right in %.1f %% of all samples.",
                  task.majority * 100);
    return text;
  }
  if (task.kind == Task::Kind::numbers && task.outputs == 1 && task.deviation > 0) {
    return "Always saying the mean would have a root mean squared error of " + rounded(task.deviation) + ".";
  }
  return {};
}

std::string expect_text(const Task& task) {
  if (task.kind == Task::Kind::numbers && !(task.outputs == 1 && task.deviation > 0)) return {};
  std::string text = "\n";
  add(text, comment(baseline_text(task) + " To have a run fail (exit code 10) that is not clearly better:"));
  text += "# [[expect]]\n";
  text += task.kind == Task::Kind::numbers
              ? "# metric = \"test_root_mean_squared_error\"\n# max = " + rounded(task.deviation * 0.8) + "\n"
              : "# metric = \"test_accuracy\"\n# above_majority = 0.05\n";
  return text;
}

}  // namespace

std::string rounded(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.3g", value);
  return number_text(std::strtod(text, nullptr));
}

std::vector<std::string> comment(const std::string& text) {
  constexpr size_t width = 100;
  std::vector<std::string> lines;
  for (const std::string& word : split(text, ' ')) {
    if (lines.empty() || utf8_count(lines.back()) + 1 + utf8_count(word) > width) lines.push_back("# " + word);
    else lines.back() += " " + word;
  }
  return lines;
}

std::string task_text(const Task& task) {
  if (task.kind != Task::Kind::numbers) return count_text(task.outputs) + " classes";
  return task.outputs == 1 ? "a number to predict" : std::to_string(task.outputs) + " numbers to predict";
}

std::string recipe_text(const Draft& draft, const std::string& name) {
  std::string text;
  add(text, comment(draft.title));
  text += "#   dltrain check " + name + "    what it takes, without training\n";
  text += "#   dltrain fit " + name + "      trains it\n\n[data]\n";
  add(text, draft.data);
  text += parts_text(draft);
  text += "\n[model]\nlayers = [\n";
  add(text, layer_lines(draft));
  const Pace pace = pace_of(draft);
  text += "]\n\n[train]\nepochs = " + std::to_string(pace.epochs) + "  # at most: see EarlyStopping below\n";
  text += "batch_size = " + std::to_string(pace.batch_size) + "\n" + loss_text(draft.task);
  text += "optimizer = { type = \"Adam\", learning_rate = 1e-3 }\n\n";
  add(text, comment("Ends training when the validation part has not got better for so many epochs, and takes the best "
                    "weights back."));
  text += "[[callbacks]]\ntype = \"EarlyStopping\"\npatience = " + std::to_string(pace.patience) +
          "\nrestore_best_weights = true\n";
  return text + expect_text(draft.task);
}

}  // namespace dltrain::app
