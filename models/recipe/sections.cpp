#include "models/recipe/sections.h"

#include <algorithm>
#include <array>

#include "core/describe.h"
#include "core/text.h"

namespace dltrain {

std::span<const EnumName<SplitBy>> enum_names(SplitBy) {
  static constexpr std::array<EnumName<SplitBy>, 4> names = {{{SplitBy::automatic, "automatic"},
                                                              {SplitBy::random, "random"},
                                                              {SplitBy::stratified, "stratified"},
                                                              {SplitBy::time, "time"}}};
  return names;
}

}  // namespace dltrain

namespace dltrain::models {

std::string complaint_about_language(const Setting& number) {
  if (*number.integer() <= language) return {};
  return "is newer than this program, which knows recipes up to schema = " + std::to_string(language) +
         "; use a newer dltrain";
}

std::string complaint_about_run_name(const Setting& setting) {
  const std::string& name = *setting.text();
  const bool plain = !name.empty() && name.size() <= 100 && name.front() != '.' && trim(name) == name &&
                     std::all_of(name.begin(), name.end(), [](char c) {
                       return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f && c != '/' && c != '\\';
                     });
  return plain ? "" : "cannot name a folder; use letters, digits, - and _, at most 100";
}

void add_sections(Catalogue& catalogue) {
  catalogue.add(make_schema<TopSection>("section"));
  catalogue.add(make_schema<RunSpec>("section"));
  catalogue.add(make_schema<ShareSection>("section"));
  catalogue.add(make_schema<ModelSection>("section"));
  catalogue.add(make_schema<InputKeys>("section"));
  catalogue.add(make_schema<LayerKeys>("section"));
  catalogue.add(make_schema<ReuseKeys>("section"));
  catalogue.add(make_schema<BlockSection>("section"));
  catalogue.add(make_schema<BlockUseKeys>("section"));
  catalogue.add(make_schema<TrainSection>("section"));
  catalogue.add(make_schema<EvaluateSpec>("section"));
  catalogue.add(make_schema<ExpectSpec>("section"));
  catalogue.add(make_schema<PredictSpec>("section"));
}

}  // namespace dltrain::models
