// What this version does not have, and what users of Keras write elsewhere.
#include <algorithm>
#include <array>
#include <string_view>

#include "core/text.h"
#include "models/recipe/reading.h"

namespace dltrain::models {

namespace {

struct Key {
  std::string_view section;
  std::string_view key;
  std::string_view text;
};

constexpr std::array later = {
    Key{"train", "weighted_metrics", "weighted metrics (weighted_metrics)"},
    Key{"layer", "dtype", "a dtype for one layer (dtype)"},
    Key{"layer", "activity_regularizer", "regularizing activities (activity_regularizer)"},
};

constexpr std::array advice = {
    Key{"train", "learning_rate", "write it in the optimizer: optimizer = { type = \"Adam\", learning_rate = ... }"},
    Key{"train", "max_time", "write a callback: [[callbacks]] with type = \"Timer\" and max_time = \"1h30m\""},
    Key{"train", "lr", "write it in the optimizer: optimizer = { type = \"Adam\", learning_rate = ... }"},
    Key{"train", "validation_split", "write [data.validation] with split = ..."},
    Key{"train", "validation_data", "write [data.validation] with a source or a split"},
    Key{"train", "validation_batch_size", "validation works with batch_size"},
    Key{"train", "samples_per_epoch", "leave it out: an epoch is one pass over the data"},
    Key{"train", "nb_val_samples", "leave it out: validation is one pass over the validation part"},
    Key{"train", "steps_per_epoch", "leave it out: an epoch is one pass over the data"},
    Key{"train", "validation_steps", "leave it out: validation is one pass over the validation part"},
    Key{"train", "callbacks", "callbacks are written as sections of their own: [[callbacks]]"},
    Key{"train", "verbose", "use the options --quiet and --verbose"},
    Key{"train", "sample_weight", "sample weights are a column or array of the data: [data] weight = ..."},
    Key{"train", "initial_epoch", "use dltrain resume"},
    Key{"train", "jit_compile", "leave it out: every model is planned before it runs"},
    Key{"train", "clipnorm", "write it in the optimizer: optimizer = { type = \"Adam\", clipnorm = ... }"},
    Key{"train", "momentum", "write it in the optimizer: optimizer = { type = \"SGD\", momentum = ... }"},
    Key{"train", "weight_decay", "write it in the optimizer: optimizer = { type = \"AdamW\", weight_decay = ... }"},
    Key{"recipe", "validation", "write [data.validation]"},
    Key{"recipe", "test", "write [data.test]"},
    Key{"recipe", "optimizer", "write it in [train]"},
    Key{"recipe", "compile", "[train] holds what Keras' compile and fit take"},
    Key{"recipe", "fit", "[train] holds what Keras' compile and fit take"},
    Key{"recipe", "type", "write it in [data]"},
    Key{"layer", "input_shape", "leave it out: the shape comes from the data, or from [model] inputs"},
    Key{"layer", "input_dim", "leave it out: the shape comes from the data"},
    Key{"layer", "batch_input_shape", "leave it out: the shape comes from the data, or from [model] inputs"},
    Key{"layer", "input_length", "leave it out: the shape comes from the data"},
    Key{"layer", "input", "the key is called \"inputs\""},
    Key{"layer", "nb_row", "write kernel_size = [rows, columns]"},
    Key{"layer", "nb_col", "write kernel_size = [rows, columns]"},
    Key{"layer", "dim_ordering", "leave it out: channels are the last axis (\"tf\")"},
    Key{"layer", "forget_bias_init", "write unit_forget_bias = true for \"one\", false for \"zero\""},
    Key{"layer", "consume_less", "leave it out: the fastest way is taken that fits"},
    Key{"layer", "implementation", "leave it out: the fastest way is taken that fits"},
    Key{"layer", "unroll", "leave it out: the fastest way is taken that fits"},
    Key{"layer type", "Convolution1D", "write \"Conv1D\""},
    Key{"layer type", "Convolution2D", "write \"Conv2D\""},
    Key{"layer type", "AtrousConvolution1D", "write \"Conv1D\", with dilation_rate"},
    Key{"layer type", "AtrousConvolution2D", "write \"Conv2D\", with dilation_rate"},
    Key{"layer type", "Deconvolution2D", "write \"Conv2DTranspose\""},
    Key{"layer type", "TimeDistributedDense", "write \"Dense\", which works on the last axis"},
    Key{"layer type", "Merge", "write \"Add\", \"Multiply\", \"Average\", \"Maximum\" or \"Concatenate\""},
    Key{"optimizer", "decay",
        "write a schedule: learning_rate = { type = \"InverseTimeDecay\", initial_learning_rate = ..., decay_steps = 1, "
        "decay_rate = the decay }"},
    Key{"optimizer", "schedule_decay", "leave it out: no optimizer here has it"},
    Key{"callback", "verbose", "leave it out: what a callback does is said anyhow, but with --quiet"},
    Key{"callback", "LambdaCallback", "a recipe holds no code: write a Command, which starts a program"},
    Key{"callback", "RemoteMonitor", "write a Command, which starts a program that sends the values"},
    Key{"callback", "ProgbarLogger", "leave it out: progress is shown anyhow, but with --quiet"},
    Key{"callback", "OrbaxCheckpoint",
        "leave it out: every run keeps checkpoints; ModelCheckpoint says when and which"},
    Key{"callback BackupAndRestore", "backup_dir", "leave it out: checkpoints are in the folder of the run"},
    Key{"callback BackupAndRestore", "save_freq", "write a ModelCheckpoint with every_steps or every_seconds"},
    Key{"callback BackupAndRestore", "double_checkpoint", "write a ModelCheckpoint with keep_last = 2"},
    Key{"callback BackupAndRestore", "delete_checkpoint", "leave it out: the newest checkpoints stay when a run ends"},
    Key{"callback ReduceLROnPlateau", "epsilon", "the key is called \"min_delta\""},
    Key{"callback TensorBoard", "write_steps_per_second", "leave it out: samples per second are recorded anyhow"},
    Key{"callback TensorBoard", "embeddings_metadata", "leave it out: labels are written beside the points"},
    Key{"callback TerminateOnNaN", "raise_error", "leave it out: a step that is not finite ends a run with an error"},
};

template <size_t N>
const Key* find(const std::array<Key, N>& keys, std::string_view section, std::string_view key) {
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.section == section && k.key == key; });
  return found == keys.end() ? nullptr : &*found;
}

}  // namespace

bool report_later(Diagnostics& diagnostics, const std::string& section, const Table::Entry& entry,
                  const std::string& who) {
  const Key* found = find(later, section, entry.key);
  if (found == nullptr) return false;
  diagnostics.error("not-available", entry.key_place, who, std::string(found->text) + " is not available yet").hint =
      "leave it out";
  return true;
}

std::string advice_about_key(const std::string& section, const std::string& key) {
  const Key* found = find(advice, section, key);
  return found == nullptr ? "" : std::string(found->text);
}

}  // namespace dltrain::models
