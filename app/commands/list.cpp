// dltrain list: what a recipe can name, by family.
#include <algorithm>
#include <cstdio>

#include "app/command_line/command.h"
#include "app/reference_catalogue.h"
#include "core/diagnostic.h"
#include "core/read_fields.h"
#include "core/setting.h"
#include "core/text.h"
#include "formats/json/json.h"

namespace dltrain::app {

namespace {

struct ListOptions {
  std::string family;
};

std::vector<std::string> chosen_families(const std::string& wanted) {
  const std::vector<std::string> families = reference_families();
  if (wanted.empty()) return families;
  // "layers" is what people type.
  for (const std::string& family : families) {
    if (wanted == family || wanted == family + "s" || (family == "loss" && wanted == "losses")) return {family};
  }
  Diagnostic d{Severity::error, "unknown-name", {}, "dltrain list", "there is no family \"" + wanted + "\""};
  suggest(d, wanted, families);
  throw UserError(ExitCode::recipe, {std::move(d)});
}

std::string first_sentence(const std::string& doc) {
  size_t stop = doc.find(". ");
  while (stop != std::string::npos && (doc.substr(0, stop).ends_with("et al") || doc[stop - 1] == '.'))
    stop = doc.find(". ", stop + 1);
  return stop == std::string::npos ? doc : doc.substr(0, stop + 1);
}

ExitCode list(const ListOptions& options, const CommonOptions& common) {
  for (const std::string& family : chosen_families(options.family)) {
    if (common.json) {
      for (const std::string& kind : reference_catalogue().kinds(family)) {
        Table line;
        line.set("family", family);
        line.set("kind", kind);
        line.set("doc", reference_catalogue().find(family, kind)->doc);
        std::printf("%s\n", formats::json_text(Setting(std::move(line))).c_str());
      }
      continue;
    }
    std::printf("%s\n", family.c_str());
    size_t width = 0;
    for (const std::string& kind : reference_catalogue().kinds(family)) width = std::max(width, kind.size());
    for (const std::string& kind : reference_catalogue().kinds(family)) {
      std::printf("  %-*s  %s\n", static_cast<int>(width), kind.c_str(),
                  first_sentence(reference_catalogue().find(family, kind)->doc).c_str());
    }
  }
  return ExitCode::ok;
}

}  // namespace

void register_list(CommandLine& line) {
  Command& command = line.add(Group::look_up, "list", "what a recipe can name");
  ListOptions& options = command.values<ListOptions>();
  command.argument("FAMILY", &options.family, "layer, activation, loss, metric, optimizer, schedule, source, ...")
      .choices(reference_families());
  command.examples = {"dltrain list layer"};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return list(options, common); };
}

}  // namespace dltrain::app
