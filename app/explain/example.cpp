#include "app/explain/example.h"

#include <algorithm>
#include <map>

#include "core/diagnostic.h"
#include "core/read_fields.h"
#include "core/text.h"
#include "models/recipe/parse.h"
#include "models/zoo/zoo.h"

namespace dltrain::app {

namespace {

// Usual values of keys that must be said; others get their least value.
const std::map<std::string, std::string> usual = {{"units", "64"},
                                                  {"filters", "32"},
                                                  {"kernel_size", "3"},
                                                  {"pool_size", "2"},
                                                  {"rate", "0.5"},
                                                  {"input_dim", "1000"},
                                                  {"output_dim", "64"},
                                                  {"num_heads", "4"},
                                                  {"key_dim", "32"},
                                                  {"target_shape", "[28, 28, 1]"},
                                                  {"dims", "[2, 1]"},
                                                  {"size", "2"},
                                                  {"scale", "\"1/255\""},
                                                  {"initial_learning_rate", "0.001"},
                                                  {"decay_steps", "\"10 epochs\""},
                                                  {"decay_rate", "0.9"},
                                                  {"boundaries", "[\"10 epochs\"]"},
                                                  {"values", "[0.01, 0.001]"},
                                                  {"first_decay_steps", "\"5 epochs\""},
                                                  {"file", "\"data.csv\""},
                                                  {"directory", "\"photos\""},
                                                  {"x", "\"x.npy\""},
                                                  {"y", "\"y.npy\""},
                                                  {"target", "-1"},
                                                  {"shape", "[28, 28, 1]"},
                                                  {"sequence_length", "128"},
                                                  {"activation", "\"relu\""},
                                                  {"schedule", "{ 1 = 0.01, 10 = 0.001 }"},
                                                  {"command", "[\"echo\", \"done\"]"},
                                                  {"max_time", "\"1h30m\""},
                                                  {"recall", "0.9"},
                                                  {"precision", "0.9"},
                                                  {"sensitivity", "0.9"},
                                                  {"specificity", "0.9"},
                                                  {"num_classes", "10"},
                                                  {"target_class_ids", "[0]"},
                                                  {"warmup_steps", "\"1 epoch\""},
                                                  {"layer", "{ type = \"LSTM\", units = 8 }"}};

std::string value_of(const Field& field) {
  if (const auto known = usual.find(field.name); known != usual.end()) return known->second;
  if (!field.choices.empty()) return quote(field.choices.front());
  for (const Rule& rule : field.rules) {
    if (rule.kind == Rule::Kind::at_least)
      return field.type == FieldType::real ? real_text(rule.bound) : number_text(rule.bound);
  }
  return field.type == FieldType::integer ? "1" : field.type == FieldType::text ? "\"name\"" : "1.0";
}

// The table after "type"; sources say some keys that are not marked as required.
std::string inline_table(const Schema& schema) {
  std::string text = "{ type = " + quote(schema.kind);
  for (const Field& field : schema.fields) {
    const bool needed = field.required || (schema.kind == "csv" && field.name == "target") ||
                        (schema.kind == "idx" && field.name == "directory") ||
                        (schema.kind == "EarlyStopping" && field.name == "patience") ||
                        (schema.kind == "LearningRateScheduler" && field.name == "schedule");
    if (needed) text += ", " + field.name + " = " + (field.name == "patience" ? "5" : value_of(field));
  }
  return text + " }";
}

bool can_be_read(const Catalogue& catalogue, const Schema& schema, const std::string& table) {
  try {
    const Table parsed = models::parse_toml(std::make_shared<const Source>(Source{"example", "x = " + table + "\n"}));
    Diagnostics mistakes;
    read_component(catalogue, schema.family, parsed.at("x"), "", mistakes);
    return !mistakes.has_errors();
  } catch (const UserError&) {
    return false;
  }
}

// { type = "a", b = 1 } as lines below a header.
std::string as_section(const std::string& header, const std::string& table) {
  std::string text = header;
  for (std::string rest = table.substr(2, table.size() - 4); !rest.empty();) {
    size_t comma = 0;
    for (int depth = 0; comma < rest.size(); ++comma) {
      if (rest[comma] == '[' || rest[comma] == '{') ++depth;
      if (rest[comma] == ']' || rest[comma] == '}') --depth;
      if (depth == 0 && rest[comma] == ',') break;
    }
    text += "\n" + rest.substr(0, comma);
    rest = comma >= rest.size() ? "" : rest.substr(comma + 2);
  }
  return text;
}

// Of sections, in the order of a recipe, which all with brackets make together.
const std::map<std::string, std::string> sections = {
    {"recipe", "name = \"first\"\nseed = 1"},
    {"run", "[run]\nprecision = \"float32\"\nthreads = 2"},
    {"data", "[data]\ntype = \"digits\""},
    {"part", "[data.validation]\nsplit = 0.1"},
    {"block",
     "[blocks.hidden]\nparams = { units = 64 }\nlayers = [{ type = \"Dense\", units = \"${units}\", activation = "
     "\"relu\" }]"},
    {"block use", "{ type = \"hidden\", units = 32, repeat = 2 }"},
    {"model", "[model]\nlayers = [\"Flatten\", { type = \"Dense\", units = 10, activation = \"softmax\" }]"},
    {"input", "inputs = { image = { shape = [28, 28, 1], dtype = \"float32\" } }"},
    {"layer", "{ name = \"hidden\", type = \"Dense\", units = 64, trainable = false }"},
    {"reuse", "{ reuse = \"hidden\", inputs = \"other\" }"},
    {"train", "[train]\nepochs = 20\nloss = \"sparse_categorical_crossentropy\"\nmetrics = [\"accuracy\"]"},
    {"evaluate", "[evaluate]\nbatch_size = 256"},
    {"predict", "[predict]\nbatch_size = 256"},
    {"expect", "[[expect]]\nmetric = \"val_accuracy\"\nmin = 0.9"}};

// A model of the zoo, with the one key that nearly every recipe says.
std::string model_example(const Schema& schema) {
  const std::string type = quote(std::string(models::zoo::prefix) + schema.kind);
  const Field* classes = schema.find("classes");
  if (classes == nullptr) return "layers = [" + type + "]";
  return "layers = [{ type = " + type + ", classes = " + classes->default_value.toml() + " }]";
}

}  // namespace

std::string example_text(const Catalogue& catalogue, const Schema& schema) {
  if (schema.family == "section") return sections.contains(schema.kind) ? sections.at(schema.kind) : "";
  if (schema.family == "zoo") return model_example(schema);
  const std::string table = inline_table(schema);
  if (!can_be_read(catalogue, schema, table)) return {};
  const bool alone = table == "{ type = " + quote(schema.kind) + " }";
  const std::string shortest = alone ? quote(schema.aliases.empty() ? schema.kind : schema.aliases.front()) : table;
  if (schema.family == "layer") return alone ? quote(schema.kind) : table;
  if (schema.family == "source") return as_section("[data]", table);
  if (schema.family == "callback") return as_section("[[callbacks]]", table);
  if (schema.family == "metric") return "metrics = [" + shortest + "]";
  if (schema.family == "initializer") return "kernel_initializer = " + shortest;
  if (schema.family == "regularizer") return "kernel_regularizer = " + shortest;
  if (schema.family == "constraint") return "kernel_constraint = " + shortest;
  if (schema.family == "schedule") return "optimizer = { type = \"Adam\", learning_rate = " + table + " }";
  return schema.family + " = " + shortest;
}

std::string keras_name(const Schema& schema) {
  static const std::map<std::string, std::string> modules = {{"layer", "layers"},
                                                             {"loss", "losses"},
                                                             {"metric", "metrics"},
                                                             {"optimizer", "optimizers"},
                                                             {"schedule", "optimizers.schedules"},
                                                             {"callback", "callbacks"},
                                                             {"activation", "activations"},
                                                             {"initializer", "initializers"},
                                                             {"regularizer", "regularizers"},
                                                             {"constraint", "constraints"}};
  static const std::vector<std::string> ours = {"Command",           "Hints", "Timer", "UnitForgetBias",
                                                "PositionEmbedding", "Warmup"};
  const auto found = modules.find(schema.family);
  if (found == modules.end() || std::ranges::find(ours, schema.kind) != ours.end()) return {};
  return "keras." + found->second + "." + schema.kind;
}

}  // namespace dltrain::app
