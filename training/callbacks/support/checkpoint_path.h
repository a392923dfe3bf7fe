// Names of files of weights with values in them, as Keras' ModelCheckpoint has:
// "weights.{epoch:02d}-{val_loss:.2f}.weights.h5".
#pragma once

#include <string>
#include <vector>

#include "core/setting.h"
#include "training/events.h"

namespace dltrain::training {

// What is wrong with the form of a path; empty if nothing.
std::string complaint_about_checkpoint_path(const Setting& path);
// Throws UserError (recipe) if it names a value that there will not be.
void check_checkpoint_path(const std::string& path, const std::vector<std::string>& values);
// With an epoch and its values; one that was not measured becomes "none".
std::string checkpoint_path(const std::string& path, int64_t epoch, const Values& values);

}  // namespace dltrain::training
