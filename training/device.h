// The device that a recipe's section [run] asks for.
#pragma once

#include <memory>
#include <string>

#include "backends/factory.h"
#include "models/spec.h"

namespace dltrain::training {

// What the section says of how a device computes.
backends::BackendOptions options_of(const models::RunSpec& run);

// Opens the device of the section, or the one of that name. Throws UserError (device).
std::unique_ptr<backends::Backend> open_device(const models::RunSpec& run, const std::string& device = {});

}  // namespace dltrain::training
