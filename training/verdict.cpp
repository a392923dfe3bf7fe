#include "training/verdict.h"

#include "core/diagnostic.h"
#include "training/state_table.h"

namespace dltrain::training {

namespace {

Verdict::Kind kind_of(const std::string& word) {
  for (const Verdict::Kind kind : {Verdict::Kind::met, Verdict::Kind::missed, Verdict::Kind::not_judged}) {
    if (word == verdict_word(kind)) return kind;
  }
  throw Bug("there is no verdict \"" + word + "\"");
}

}  // namespace

const char* verdict_word(Verdict::Kind kind) {
  switch (kind) {
    case Verdict::Kind::met: return "met";
    case Verdict::Kind::missed: return "missed";
    case Verdict::Kind::not_judged: return "open";
  }
  return "";
}

List verdict_list(const std::vector<Verdict>& verdicts) {
  List list;
  for (const Verdict& verdict : verdicts) {
    Table table;
    table.set("expect", verdict.expect);
    table.set("key", verdict.key);
    table.set("verdict", verdict_word(verdict.kind));
    table.set("bound", verdict.bound);
    table.set("found", verdict.found);
    table.set("known_before", verdict.known_before);
    if (verdict.value) table.set("value", *verdict.value);
    list.emplace_back(std::move(table));
  }
  return list;
}

std::vector<Verdict> verdicts_from(const List& list) {
  std::vector<Verdict> verdicts;
  for (const Setting& each : list) {
    if (each.table() == nullptr) throw Bug("a verdict is not a table");
    const Table& table = *each.table();
    verdicts.push_back({kind_of(text_at(table, "verdict")),
                        text_at(table, "bound"),
                        text_at(table, "found"),
                        {},
                        flag_at(table, "known_before"),
                        count_at(table, "expect"),
                        text_at(table, "key")});
    if (table.contains("value")) verdicts.back().value = number_at(table, "value");
  }
  return verdicts;
}

}  // namespace dltrain::training
