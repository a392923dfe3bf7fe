#include "tests/faults/preload/rules.h"

#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace dltrain::faults {

namespace {

struct Number {
  std::string_view name;
  int value;
};

constexpr Number errors[] = {{"ENOSPC", ENOSPC},   {"EDQUOT", EDQUOT}, {"EIO", EIO},       {"EROFS", EROFS},
                             {"EMFILE", EMFILE},   {"EINTR", EINTR},   {"EACCES", EACCES}, {"ENOLCK", ENOLCK},
                             {"ENOTSUP", ENOTSUP}, {"EFBIG", EFBIG}};
constexpr Number signals[] = {{"INT", SIGINT},   {"TERM", SIGTERM}, {"HUP", SIGHUP},
                              {"KILL", SIGKILL}, {"PIPE", SIGPIPE}, {"TSTP", SIGTSTP}};
constexpr std::string_view op_names[] = {"open",    "write", "fsync",     "rename", "unlink",    "mkdir",
                                         "symlink", "close", "ftruncate", "flock",  "open_read", "read"};

[[noreturn]] void misspelt(std::string_view rule) {
  ::dprintf(2, "DLTRAIN_FAULT: cannot read the rule \"%.*s\"\n", static_cast<int>(rule.size()), rule.data());
  ::_exit(99);
}

// The text before `mark`, which is taken off with it; all of it if there is none.
std::string_view take(std::string_view& text, char mark) {
  const size_t at = text.find(mark);
  const std::string_view part = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return part;
}

bool skip(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

uint64_t number(std::string_view text, std::string_view rule) {
  uint64_t value = 0;
  if (text.empty()) misspelt(rule);
  for (const char c : text) {
    if (c < '0' || c > '9') misspelt(rule);
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  return value;
}

template <size_t n> int named(const Number (&table)[n], std::string_view name, std::string_view rule) {
  for (const Number& entry : table) {
    if (entry.name == name) return entry.value;
  }
  misspelt(rule);
}

void copy(char* to, size_t room, std::string_view text, std::string_view rule) {
  if (text.size() >= room) misspelt(rule);
  std::memcpy(to, text.data(), text.size());
  to[text.size()] = '\0';
}

void parse_scope(Rule& rule, std::string_view name, std::string_view whole) {
  if (name == "change" || name == "all") {
    rule.scope = name == "all" ? Scope::all : Scope::changes;
    return;
  }
  rule.scope = Scope::op;
  for (size_t i = 0; i < std::size(op_names); ++i) {
    if (op_names[i] == name) {
      rule.op = static_cast<Op>(i);
      return;
    }
  }
  misspelt(whole);
}

void parse_options(Rule& rule, std::string_view text, std::string_view whole) {
  while (!text.empty()) {
    std::string_view option = take(text, ',');
    if (option == "sticky") rule.sticky = true;
    else if (option == "after") rule.when = When::after;
    else if (option == "torn") rule.when = When::torn;
    else misspelt(whole);
  }
}

// Of `text` what stands before the options, which are read.
void parse_count(Rule& rule, std::string_view text, std::string_view whole) {
  rule.nth = number(take(text, ','), whole);
  parse_options(rule, text, whole);
}

void parse_crash(Rule& rule, std::string_view text, std::string_view whole) {
  rule.act = Act::crash;
  if (text.find(':') == std::string_view::npos) return parse_count(rule, text, whole);
  parse_scope(rule, take(text, ':'), whole);
  copy(rule.pattern, sizeof(rule.pattern), take(text, ':'), whole);
  parse_count(rule, text, whole);
}

void parse_rule(Rules& rules, std::string_view whole) {
  std::string_view text = whole;
  if (skip(text, "record=")) return copy(rules.record, sizeof(rules.record), text, whole);
  if (skip(text, "count=")) return copy(rules.counters, sizeof(rules.counters), text, whole);
  if (skip(text, "floor=")) {
    rules.floor = number(text, whole);
    return;
  }
  if (rules.count == static_cast<int>(std::size(rules.list))) misspelt(whole);
  Rule& rule = rules.list[rules.count++];
  if (skip(text, "io:")) {
    rule.act = Act::fail;
    parse_scope(rule, take(text, '='), whole);
    rule.number = named(errors, take(text, '@'), whole);
    parse_count(rule, text, whole);
  } else if (skip(text, "short@")) {
    rule.act = Act::cut;
    rule.scope = Scope::op;
    rule.op = Op::write;
    parse_count(rule, text, whole);
  } else if (skip(text, "crash@")) {
    parse_crash(rule, text, whole);
  } else if (skip(text, "signal:")) {
    rule.act = Act::signal;
    rule.number = named(signals, take(text, '@'), whole);
    parse_count(rule, text, whole);
  } else if (skip(text, "alloc@")) {
    rule.act = Act::allocation;
    parse_count(rule, text, whole);
  } else if (skip(text, "malloc@")) {
    rule.act = Act::c_allocation;
    parse_count(rule, text, whole);
  } else {
    misspelt(whole);
  }
}

}  // namespace

bool Rule::meets() {
  ++seen;
  return sticky ? seen >= nth : seen == nth;
}

void parse_rules(Rules& rules) {
  const char* root = std::getenv("DLTRAIN_FAULT_ROOT");
  const char* text = std::getenv("DLTRAIN_FAULT");
  if (text == nullptr) return;
  if (root == nullptr || root[0] != '/') misspelt("DLTRAIN_FAULT_ROOT");
  copy(rules.root, sizeof(rules.root), root, "DLTRAIN_FAULT_ROOT");
  for (std::string_view rest = text; !rest.empty();) parse_rule(rules, take(rest, ';'));
  rules.about_memory = rules.counters[0] != '\0';
  for (int i = 0; i < rules.count; ++i) rules.about_memory = rules.about_memory || rules.list[i].act >= Act::allocation;
}

const char* op_name(Op op) { return op_names[static_cast<size_t>(op)].data(); }

}  // namespace dltrain::faults
