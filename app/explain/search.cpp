#include "app/explain/search.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "app/error_pages.h"
#include "app/reference_text.h"
#include "core/code.h"
#include "core/text.h"
#include "training/hints/rule.h"

namespace dltrain::app {

namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

struct Hit {
  int score = 0;
  std::string line;
};

// How well a word fits: its name most, then its other names, its text, its keys. 0: not at all.
int score_of(const Schema& schema, const std::string& word) {
  const std::string name = lower(schema.kind);
  if (name == word) return 100;
  int score = name.find(word) != std::string::npos ? 40 : 0;
  for (const std::string& alias : schema.aliases) {
    if (lower(alias).find(word) != std::string::npos) score += 30;
  }
  if (lower(schema.doc).find(word) != std::string::npos) score += 20;
  if (schema.family.find(word) != std::string::npos) score += 10;
  for (const Field& field : schema.fields) {
    if (schema.family == "section" && field.name == word) score += 40;
    else if (lower(field.name).find(word) != std::string::npos) score += 6;
    else if (lower(field.doc).find(word) != std::string::npos) score += 3;
    else if (lower(join(field.choices, " ")).find(word) != std::string::npos) score += 3;
  }
  return score;
}

// "early stopping" finds EarlyStopping; annealing is called decay here, as in Keras.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (const std::string& word : split(lower(text), ' ')) {
    if (!word.empty()) words.push_back(word.starts_with("anneal") ? "decay" : word);
  }
  return words;
}

std::string short_doc(const std::string& doc) {
  constexpr size_t longest = 90;
  if (doc.size() <= longest) return doc;
  const std::string cut = utf8_prefix(doc, longest);
  return cut.substr(0, cut.rfind(' ')) + " ...";
}

std::vector<const Schema*> everything(const Catalogue& catalogue) {
  std::vector<const Schema*> all;
  for (const std::string& family : catalogue.families()) {
    for (const std::string& kind : catalogue.kinds(family)) all.push_back(catalogue.find(family, kind));
  }
  return all;
}

// What is said of a key by all that have it, or had it: by models of the zoo, or by all else.
std::string key_lines(const Catalogue& catalogue, const std::string& section, const std::string& key, bool of_zoo) {
  std::string text;
  for (const Schema* schema : everything(catalogue)) {
    const bool source = section == "data" && schema->family == "source";
    if ((schema->family == "zoo") != of_zoo || (!section.empty() && schema->kind != section && !source)) continue;
    for (const Field& field : schema->fields) {
      const bool former = std::ranges::find(field.former_names, key) != field.former_names.end();
      if (field.name != key && !former) continue;
      text += schema->kind + " (" + schema->family + "): " + (former ? key + " is called " : "") + field.name + "\n  " +
              field.doc + "\n  " + values_of(field) + "\n";
    }
  }
  return text;
}

}  // namespace

namespace {

// A page of docs/hints or docs/errors: what it is called, its title and its text.
int score_of(const std::string& name, const std::string& page, const std::string& word) {
  if (name == word) return 100;
  return (name.find(word) != std::string::npos ? 40 : 0) + (lower(page).find(word) != std::string::npos ? 10 : 0);
}

std::string title_of(const std::string& page) { return page.substr(2, page.find('\n') - 2); }

// All that has every word, scored.
std::vector<Hit> hits_of(const Catalogue& catalogue, const std::vector<std::string>& wanted) {
  std::vector<Hit> hits;
  const auto judge = [&](const auto& score, const auto& line) {
    int sum = 0;
    for (const std::string& word : wanted) {
      const int each = score(word);
      if (each == 0) return;
      sum += each;
    }
    hits.push_back({sum, line()});
  };
  for (const Schema* schema : everything(catalogue)) {
    judge([&](const std::string& word) { return score_of(*schema, word); },
          [&] { return schema->kind + " (" + schema->family + "): " + short_doc(schema->doc); });
  }
  for (const auto& [code, page] : training::hints::pages()) {
    judge([&](const std::string& word) { return score_of(code, page, word); },
          [&] { return "hint " + title_of(page); });
  }
  for (const CodeEntry& entry : code_table) {
    const std::string& page = errors::pages().at(std::string(entry.number));
    judge([&](const std::string& word) { return score_of(std::string(entry.name), page, word); },
          [&] { return title_of(page); });
  }
  return hits;
}

// The words that names and pages are made of, in small letters; those of names apart: "early", "stopping".
std::set<std::string> vocabulary(const Catalogue& catalogue) {
  std::set<std::string> words;
  const auto add = [&](const std::string& text) {
    std::string word;
    for (const char c : text + " ") {
      const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
      const bool begins = std::isupper(static_cast<unsigned char>(c)) != 0 && !word.empty() &&
                          std::islower(static_cast<unsigned char>(word.back())) != 0;
      if ((!letter || begins) && word.size() > 3) words.insert(lower(word));
      if (!letter || begins) word.clear();
      if (letter) word += c;
    }
  };
  for (const Schema* schema : everything(catalogue)) {
    add(schema->kind);
    words.insert(lower(schema->kind));
    add(schema->doc);
    for (const Field& field : schema->fields) add(field.name);
  }
  for (const auto& [code, page] : training::hints::pages()) add(page);
  for (const auto& [code, page] : errors::pages()) add(title_of(page));
  return words;
}

}  // namespace

std::string meant_section(const std::string& name) {
  static const std::map<std::string, std::string> meant = {
      {"validation", "part"}, {"test", "part"},         {"data.validation", "part"}, {"data.test", "part"},
      {"share", "part"},      {"blocks", "block"},      {"layers", "layer"},         {"model.layers", "layer"},
      {"inputs", "input"},    {"model.inputs", "input"}};
  const auto found = meant.find(name);
  return found == meant.end() ? name : found->second;
}

std::string missing_text(const Catalogue& catalogue, const std::string& words) {
  struct Missing {
    const char *word, *family, *name, *text;
  };
  static constexpr Missing list[] = {
      {"augment", "layer", "RandAugment", "images are taken as they are: there is no augmentation"},
      {"f1", "metric", "F1Score", "there is no F1 score; Precision and Recall are there, from which it follows"}};
  for (const std::string& word : words_of(words)) {
    for (const Missing& each : list) {
      if (word.starts_with(each.word) && catalogue.planned(each.family, each.name)) return each.text;
    }
  }
  return {};
}

std::string search_text(const Catalogue& catalogue, const std::string& words) {
  constexpr size_t most = 15;
  std::vector<std::string> wanted = words_of(words);
  if (wanted.empty()) return {};
  std::string text;
  std::vector<Hit> hits = hits_of(catalogue, wanted);
  if (hits.empty()) {
    const std::set<std::string> known = vocabulary(catalogue);
    const std::vector<std::string> candidates(known.begin(), known.end());
    for (std::string& word : wanted) {
      if (!hits_of(catalogue, {word}).empty()) continue;
      if (const auto near = nearest(word, candidates)) word = *near;
    }
    hits = hits_of(catalogue, wanted);
    if (!hits.empty()) text = "nothing has " + quote(words) + "; this has " + quote(join(wanted, " ")) + ":\n";
  }
  std::ranges::stable_sort(hits, std::greater(), &Hit::score);
  for (size_t i = 0; i < std::min(hits.size(), most); ++i) text += hits[i].line + "\n";
  if (hits.size() > most) text += "and " + std::to_string(hits.size() - most) + " more; more words find less\n";
  return text;
}

std::string key_text(const Catalogue& catalogue, const std::string& name) {
  const size_t dot = name.rfind('.');
  const std::string section = dot == std::string::npos ? "" : meant_section(name.substr(0, dot));
  const std::string key = dot == std::string::npos ? name : name.substr(dot + 1);
  // Models of the zoo have many keys in common: they are shown where nothing else has the key.
  const std::string text = key_lines(catalogue, section, key, false);
  return text.empty() ? key_lines(catalogue, section, key, true) : text;
}

}  // namespace dltrain::app
