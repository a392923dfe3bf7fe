#include "app/explain/search.h"

#include <algorithm>
#include <cctype>

#include "app/reference_text.h"
#include "core/text.h"

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
    if (lower(field.name).find(word) != std::string::npos) score += 6;
    else if (lower(field.doc).find(word) != std::string::npos) score += 3;
  }
  return score;
}

// "early stopping" finds EarlyStopping.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (const std::string& word : split(lower(text), ' ')) {
    if (!word.empty()) words.push_back(word);
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
    if ((schema->family == "zoo") != of_zoo || (!section.empty() && schema->kind != section)) continue;
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

std::string search_text(const Catalogue& catalogue, const std::string& words) {
  constexpr size_t most = 15;
  std::vector<Hit> hits;
  const std::vector<std::string> wanted = words_of(words);
  for (const Schema* schema : everything(catalogue)) {
    int score = 0;
    bool all = !wanted.empty();
    for (const std::string& word : wanted) {
      const int each = score_of(*schema, word);
      all = all && each > 0;
      score += each;
    }
    if (all) hits.push_back({score, schema->kind + " (" + schema->family + "): " + short_doc(schema->doc)});
  }
  std::ranges::stable_sort(hits, std::greater(), &Hit::score);
  std::string text;
  for (size_t i = 0; i < std::min(hits.size(), most); ++i) text += hits[i].line + "\n";
  if (hits.size() > most) text += "and " + std::to_string(hits.size() - most) + " more; more words find less\n";
  return text;
}

std::string key_text(const Catalogue& catalogue, const std::string& name) {
  const size_t dot = name.rfind('.');
  const std::string section = dot == std::string::npos ? "" : name.substr(0, dot);
  const std::string key = dot == std::string::npos ? name : name.substr(dot + 1);
  // Models of the zoo have many keys in common: they are shown where nothing else has the key.
  const std::string text = key_lines(catalogue, section, key, false);
  return text.empty() ? key_lines(catalogue, section, key, true) : text;
}

}  // namespace dltrain::app
