#include "training/model_folder.h"

#include "core/files.h"
#include "core/setting.h"
#include "core/text.h"
#include "formats/json/json.h"
#include "models/recipe/canonical.h"
#include "models/recipe/parse.h"
#include "models/recipe/reader.h"
#include "training/weights.h"

namespace dltrain::training {

namespace {

constexpr int64_t format_version = 1;

// The first folder of the path that is not there, under the name of one that is there and nearly called so, with the rest
// of the path if that is there as well; else nothing.
std::string alike_folder(const std::string& path) {
  const std::string parent = parent_path(path);
  if (!parent.empty() && !exists(parent)) {
    const std::string alike = alike_folder(parent), whole = join_path(alike, file_name(path));
    return !alike.empty() && exists(whole) ? whole : alike;
  }
  if (!parent.empty() && !is_directory(parent)) return "";
  const auto alike = nearest(file_name(path), list_directory(parent.empty() ? "." : parent, ExitCode::model));
  return alike ? join_path(parent, *alike) : "";
}

std::string folder_of(const std::string& path) {
  if (!exists(path)) {
    const std::string alike = alike_folder(path);
    throw UserError(ExitCode::model, "no-model", path, "there is no such run or model",
                    (alike.empty() ? "" : "did you mean " + alike + "? ") +
                        std::string("name the folder that \"dltrain fit\" printed"));
  }
  const std::string inner = join_path(path, "model");
  return exists(join_path(inner, "contract.json")) ? inner : path;
}

void require_file(const std::string& folder, const std::string& name) {
  if (exists(join_path(folder, name))) return;
  const bool run_under_way = exists(join_path(folder, "best"));
  throw UserError(ExitCode::model, "no-model", folder, "this is not a model: " + name + " is missing",
                  run_under_way ? "the run has not finished; its best checkpoint so far is " + join_path(folder, "best")
                                : "name a run that has finished, or its folder \"model\"");
}

models::Spec read_canonical(const Catalogue& catalogue, const std::string& path) {
  Diagnostics warnings;
  try {
    return models::read_spec(models::load_recipe(path), catalogue, {}, warnings);
  } catch (const UserError& error) {
    throw UserError(ExitCode::model, error.diagnostics());
  }
}

}  // namespace

Setting contract_table(const datasets::DataContract& contract, const std::string& recipe_path) {
  Table table;
  table.set("format", format_version);
  table.set("recipe", recipe_path);
  const Setting setting = datasets::contract_setting(contract);
  for (const Table::Entry& entry : setting.table()->entries()) table.set(entry.key, entry.value);
  return table;
}

void save_model_folder(Model& model, const datasets::DataContract& contract, const std::string& recipe_path,
                       const std::string& folder) {
  create_directories(folder);
  save_weights(model, join_path(folder, "model.weights.h5"));
  write_file_durably(join_path(folder, "recipe.toml"), models::canonical_toml(model.program().spec()));
  write_file_durably(join_path(folder, "contract.json"),
                     formats::json_text(contract_table(contract, recipe_path), 2) + "\n");
}

ModelDescription open_model_folder(const Catalogue& catalogue, const std::string& path) {
  const std::string folder = folder_of(path);
  for (const char* name : {"recipe.toml", "contract.json", "model.weights.h5"}) require_file(folder, name);
  ModelDescription description;
  const std::string contract_path = join_path(folder, "contract.json");
  Setting contract = formats::read_json(contract_path, ExitCode::model);
  const Setting* version = contract.table() != nullptr ? contract.table()->find("format") : nullptr;
  if (version == nullptr || version->integer() == nullptr) {
    throw UserError(ExitCode::model, "no-model", contract_path, "the file has no format number",
                    "train the model again, or restore the file");
  }
  if (*version->integer() > format_version) {
    throw UserError(ExitCode::model, "newer-format", contract_path,
                    "the model was written by a newer dltrain (format " + version->toml() + ", this one reads up to " +
                        std::to_string(format_version) + ")",
                    "use the newer program");
  }
  contract.table()->erase("format");
  const Setting* recipe = contract.table()->find("recipe");
  const std::string recipe_path = recipe != nullptr && recipe->text() != nullptr ? *recipe->text() : "";
  contract.table()->erase("recipe");
  description.contract = datasets::contract_from_setting(contract, contract_path);
  for (const auto& input : description.contract.inputs) description.signature.inputs.push_back(input.field);
  for (const auto& target : description.contract.targets) description.signature.targets.push_back(target.field);
  description.spec = read_canonical(catalogue, join_path(folder, "recipe.toml"));
  if (!recipe_path.empty()) description.spec.recipe_path = recipe_path;
  description.weights_path = join_path(folder, "model.weights.h5");
  return description;
}

}  // namespace dltrain::training
