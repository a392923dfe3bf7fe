#include "tests/app/page.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "core/text.h"
#include "tests/app/process.h"

namespace dltrain::test {

namespace {

const std::string mark = "@@ step ended with ";

std::string titled(const std::string& fence) {
  const std::string key = "title=\"";
  const size_t at = fence.find(key);
  return at == std::string::npos ? ""
                                 : fence.substr(at + key.size(), fence.find('"', at + key.size()) - at - key.size());
}

// A file is written as the page shows it; one that is there already must be so.
std::string file_command(const PageBlock& block) {
  return "cat > ../shown <<'END OF FILE'\n" + block.text + "END OF FILE\nif [ -e '" + block.title + "' ]; then cmp '" +
         block.title + "' ../shown; else mv ../shown '" + block.title + "'; fi";
}

struct Amount {
  double value = 0;
  bool whole = false, scaled = false;  // scaled: 719k
};

std::optional<Amount> amount_of(std::string word) {
  const std::string around = "{}[]()\"';:%|";
  while (!word.empty() && around.find(word.front()) != std::string::npos) word.erase(0, 1);
  while (!word.empty() && (around + ".").find(word.back()) != std::string::npos) word.pop_back();
  Amount amount;
  if (!word.empty() && (word.back() == 'k' || word.back() == 'M')) {
    amount.scaled = true;
    word.pop_back();
  }
  const bool signed_up = word.starts_with("+");
  const auto value = parse_real(signed_up ? word.substr(1) : word);
  if (!value) return std::nullopt;
  amount.value = *value;
  amount.whole = word.find_first_not_of("+-0123456789") == std::string::npos;
  return amount;
}

bool is_unit(std::string word) {
  static const std::set<std::string> units = {"ns", "us",  "ms",  "s",   "min",   "h",
                                              "B",  "KiB", "MiB", "GiB", "MFLOP", "samples/s"};
  while (!word.empty() && std::string(",;.)").find(word.back()) != std::string::npos) word.pop_back();
  return units.contains(word);
}

bool near(const Amount& a, const Amount& b) {
  const double difference = std::abs(a.value - b.value), size = std::max(std::abs(a.value), std::abs(b.value));
  if (a.whole && b.whole && size < 10'000) return difference <= std::max(3.0, 0.05 * size);
  return difference <= 0.05 + (size > 1 ? 0.5 : 0.25) * size;
}

// Words, with commas as blanks.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::string text = line;
  std::replace(text.begin(), text.end(), ',', ' ');
  for (const std::string& word : split(text, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

bool same_line(const std::string& a, const std::string& b) {
  const std::vector<std::string> left = words_of(a), right = words_of(b);
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    if (left[i] == right[i]) continue;
    const auto l = amount_of(left[i]), r = amount_of(right[i]);
    const bool measured = i + 1 < left.size() && is_unit(left[i + 1]) && is_unit(right[i + 1]);
    if (l && r && measured) ++i;
    else if (!l || !r || l->scaled || r->scaled || !near(*l, *r)) return false;
  }
  return true;
}

bool matches(const std::vector<std::string>& shown, size_t s, const std::vector<std::string>& printed, size_t p) {
  if (s == shown.size()) return p == printed.size();
  if (trim(shown[s]) == "...") {
    for (size_t next = p; next <= printed.size(); ++next) {
      if (matches(shown, s + 1, printed, next)) return true;
    }
    return false;
  }
  return p < printed.size() && same_line(shown[s], printed[p]) && matches(shown, s + 1, printed, p + 1);
}

}  // namespace

std::vector<PageBlock> blocks_of(const std::string& page) {
  std::vector<PageBlock> blocks;
  bool inside = false;
  size_t indent = 0;
  std::string end;
  int number = 0;
  for (const std::string& line : split(page, '\n')) {
    ++number;
    const std::string text(trim(line));
    if (inside && text == end) {
      inside = false;
    } else if (inside) {
      blocks.back().text += (line.size() > indent ? line.substr(indent) : "") + "\n";
    } else if (text == "<!-- prepare") {
      blocks.push_back({"prepare", "", "", number});
      inside = true, end = "-->", indent = 0;
    } else if (text.starts_with("```")) {
      blocks.push_back({text.substr(3, text.find(' ') == std::string::npos ? text.npos : text.find(' ') - 3),
                        titled(text), "", number});
      inside = true, end = "```", indent = line.find('`');
    }
  }
  return blocks;
}

std::vector<PageStep> steps_of(const std::vector<PageBlock>& blocks) {
  std::vector<PageStep> steps;
  for (const PageBlock& block : blocks) {
    if (block.language == "prepare") steps.push_back({block.text, {}, block.line});
    if (!block.title.empty()) steps.push_back({file_command(block), {}, block.line});
    if (block.language != "console") continue;
    int line = block.line;
    bool open = false;  // a command that may go on
    for (const std::string& text : split(block.text.substr(0, block.text.size() - 1), '\n')) {
      ++line;
      if (text.starts_with("$ ")) steps.push_back({text.substr(2), {}, line});
      else if (open && text.starts_with("> ")) steps.back().command += "\n" + text.substr(2);
      else steps.back().shown.push_back(text);
      open = text.starts_with("$ ") || (open && text.starts_with("> "));
    }
  }
  return steps;
}

std::vector<PlayedStep> play_steps(const std::vector<PageStep>& steps, const std::string& folder) {
  std::string script = "mkdir home work; HOME=$PWD/home; export HOME; cd work\n";
  for (const PageStep& step : steps) script += "{\n" + step.command + "\n} 2>&1\nprintf '\\n" + mark + "%d\\n' $?\n";
  const std::string said = shell_in(folder, script).out;
  std::vector<PlayedStep> played;
  for (size_t at = 0; at < said.size();) {
    const size_t end = said.find("\n" + mark, at);
    if (end == std::string::npos) break;
    const size_t code = end + 1 + mark.size(), next = said.find('\n', code);
    played.push_back({said.substr(at, end - at), std::stoi(said.substr(code, next - code))});
    at = next + 1;
  }
  return played;
}

bool as_shown(const std::vector<std::string>& shown, const std::vector<std::string>& printed) {
  return matches(shown, 0, printed, 0);
}

}  // namespace dltrain::test
