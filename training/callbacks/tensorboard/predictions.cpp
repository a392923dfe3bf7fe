#include "training/callbacks/tensorboard/predictions.h"

#include <algorithm>
#include <cstdio>

#include "core/text.h"
#include "datasets/batch_stream.h"
#include "formats/images/write_png.h"
#include "formats/tfevents/summaries.h"
#include "training/callbacks/tensorboard/image_like.h"
#include "training/callbacks/tensorboard/pixels.h"
#include "training/evaluation.h"
#include "training/interrupt.h"
#include "training/outputs.h"

namespace dltrain::training {

using datasets::Part;

namespace {

constexpr size_t most_classes = 64;
constexpr size_t most_mistakes = 12;

struct Mistake {
  int64_t row;  // of the part
  int64_t truth, answer;
  double share;  // the probability that the model gave to the true class
  double answer_share;
};

// What one output answered on a whole part.
struct Answers {
  OutputMeaning meaning;
  std::vector<std::vector<int64_t>> confusion;  // [true][answered]
  std::vector<Mistake> mistakes;                // the worst, at most most_mistakes
  std::vector<float> second;                    // the probability of the second of two classes
  std::vector<uint8_t> truths;                  // whether it was the second
};

void note_mistake(std::vector<Mistake>& mistakes, const Mistake& mistake) {
  // Equal ones in the order of the data.
  const auto place = std::upper_bound(mistakes.begin(), mistakes.end(), mistake,
                                      [](const Mistake& a, const Mistake& b) { return a.share < b.share; });
  mistakes.insert(place, mistake);
  if (mistakes.size() > most_mistakes) mistakes.pop_back();
}

void take(Answers& answers, const datasets::Batch& batch, const Array& output, const Array& target) {
  const Array shares = probabilities(answers.meaning, output);
  const std::vector<int64_t> truths = true_classes(target);
  if (shares.shape.rank() != 2 || truths.size() != static_cast<size_t>(shares.shape[0])) return;
  const std::vector<int64_t> said = predicted_classes(shares);
  const int64_t classes = shares.shape[1];
  for (size_t r = 0; r < truths.size(); ++r) {
    const auto row = static_cast<int64_t>(r);
    if (truths[r] < 0 || truths[r] >= static_cast<int64_t>(answers.confusion.size()) ||
        said[r] >= static_cast<int64_t>(answers.confusion.size()))
      continue;
    ++answers.confusion[static_cast<size_t>(truths[r])][static_cast<size_t>(said[r])];
    if (said[r] != truths[r]) {
      note_mistake(answers.mistakes, {batch.rows[r], truths[r], said[r], element(shares, row * classes + truths[r]),
                                      element(shares, row * classes + said[r])});
    }
    if (classes != 2) continue;
    answers.second.push_back(static_cast<float>(element(shares, row * 2 + 1)));
    answers.truths.push_back(truths[r] == 1 ? 1 : 0);
  }
}

std::string shortened(const std::string& text, size_t characters) {
  return utf8_count(text) <= characters ? text : utf8_prefix(text, characters - 1) + ".";
}

// Rows are the true classes, columns the answers; the darker, the larger the share of the row.
Array confusion_picture(const Answers& answers) {
  constexpr size_t longest_name = 12;
  const std::vector<std::string>& names = answers.meaning.class_names;
  const auto classes = static_cast<int64_t>(names.size());
  const int64_t cell = classes <= 20 ? 48 : classes <= 40 ? 28 : 20;
  const int64_t letters = classes <= 20 ? 2 : 1;
  int64_t margin = 0;
  for (const std::string& name : names) margin = std::max(margin, text_width(shortened(name, longest_name)) * letters);
  margin += 8;
  const int64_t top = 14 * letters + 12;
  Picture picture(std::max(margin + classes * cell + 8, text_width("down: true  across: answered") * letters + 8),
                  top + classes * cell + 8);
  picture.write(4, 4, "down: true  across: answered", black, letters);
  for (int64_t t = 0; t < classes; ++t) {
    const auto& row = answers.confusion[static_cast<size_t>(t)];
    int64_t sum = 0;
    for (const int64_t count : row) sum += count;
    const std::string name = shortened(names[static_cast<size_t>(t)], longest_name);
    picture.write(4, top + t * cell + cell / 2 - 3 * letters, name, black, letters);
    const std::string head = shortened(names[static_cast<size_t>(t)], static_cast<size_t>(cell / (4 * letters)));
    picture.write(margin + t * cell + 2, top - 6 * letters - 2, head, black, letters);
    for (int64_t a = 0; a < classes; ++a) {
      const int64_t count = row[static_cast<size_t>(a)];
      const double share = sum == 0 ? 0 : static_cast<double>(count) / static_cast<double>(sum);
      const auto fade = [&](int full) { return static_cast<uint8_t>(242 - share * (242 - full)); };
      picture.fill(margin + a * cell, top + t * cell, cell - 1, cell - 1, {fade(8), fade(64), fade(129)});
      const std::string number = std::to_string(count);
      if (count == 0 || text_width(number) * letters > cell) continue;
      picture.write(margin + a * cell + (cell - text_width(number) * letters) / 2,
                    top + t * cell + cell / 2 - 3 * letters, number, share > 0.5 ? white : black, letters);
    }
  }
  return picture.pixels();
}

// Each mistake with what is true and what was answered below it.
formats::SummaryValue mistakes_summary(const Answers& answers, const std::string& tag, const Array& images) {
  constexpr int64_t least_width = 160;
  const int64_t width = images.shape[2], height = images.shape[1];
  const int64_t scale = std::max<int64_t>(1, least_width / std::max(width, int64_t{1}));
  const int64_t wide = std::max(width * scale, least_width);
  std::vector<std::string> pngs;
  int64_t high = height * scale + 34;
  for (size_t i = 0; i < answers.mistakes.size(); ++i) {
    const Mistake& mistake = answers.mistakes[i];
    Picture picture(wide, high);
    picture.draw((wide - width * scale) / 2, 0, image_of(images, static_cast<int64_t>(i)), scale);
    const auto line = [&](int64_t number, const std::string& what, int64_t c, double share) {
      char percent[16];
      std::snprintf(percent, sizeof percent, " %.0f%%", share * 100);
      picture.write(4, height * scale + 4 + number * 15, what + shortened(answers.meaning.class_name(c), 9) + percent,
                    number == 0 ? black : Color{178, 24, 43}, 2);
    };
    line(0, "true ", mistake.truth, mistake.share);
    line(1, "said ", mistake.answer, mistake.answer_share);
    pngs.push_back(formats::png_bytes(picture.pixels()));
  }
  return formats::images_summary(tag, wide, high, std::move(pngs),
                                 "The samples whose true class got the smallest probability, the worst first.");
}

std::optional<formats::SummaryValue> mistakes_of(const Observer& observer, Part part, const Answers& answers) {
  const auto& inputs = observer.program().signature().inputs;
  const auto image =
      std::find_if(inputs.begin(), inputs.end(), [](const DataField& field) { return is_image(field.shape); });
  if (image == inputs.end() || answers.mistakes.empty()) return std::nullopt;
  std::vector<int64_t> rows;
  for (const Mistake& mistake : answers.mistakes) rows.push_back(mistake.row);
  datasets::Batch batch;
  observer.data().read(part, rows, batch);
  return mistakes_summary(answers, answers.meaning.name + "/worst_mistakes",
                          batch.inputs[static_cast<size_t>(image - inputs.begin())]);
}

}  // namespace

Summaries prediction_summaries(Observer& observer) {
  const models::Spec& spec = observer.program().spec();
  const datasets::Dataset& data = observer.data();
  const Part part = data.size(Part::validation) > 0 ? Part::validation
                    : data.size(Part::test) > 0     ? Part::test
                                                    : Part::train;
  std::vector<Answers> all;
  for (OutputMeaning& meaning : output_meanings(spec, observer.program().signature())) {
    const size_t classes = meaning.class_names.size();
    all.push_back({std::move(meaning), std::vector(classes, std::vector<int64_t>(classes)), {}, {}, {}});
  }
  if (std::none_of(all.begin(), all.end(), [](const Answers& a) { return a.meaning.classes; })) return {};
  datasets::BatchStream batches(data, {.part = part, .batch_size = spec.train.batch_size});
  datasets::Batch batch;
  while (batches.next(batch)) {
    if (interrupted()) return {};
    const std::vector<Array> outputs = observer.predict(batch);
    for (size_t o = 0; o < outputs.size(); ++o) {
      if (all[o].meaning.classes) take(all[o], batch, outputs[o], batch.targets[batch.targets.size() == 1 ? 0 : o]);
    }
  }
  Summaries values;
  for (const Answers& answers : all) {
    const std::string& name = answers.meaning.name;
    if (!answers.meaning.classes) continue;
    if (answers.confusion.size() <= most_classes) {
      const Array pixels = confusion_picture(answers);
      values.push_back(formats::images_summary(name + "/confusion_matrix", pixels.shape[1], pixels.shape[0],
                                               {formats::png_bytes(pixels)}));
    }
    if (auto mistakes = mistakes_of(observer, part, answers)) values.push_back(std::move(*mistakes));
    if (!answers.second.empty())
      values.push_back(formats::pr_curve_summary(name + "/pr_curves", answers.second, answers.truths));
  }
  return values;
}

}  // namespace dltrain::training
