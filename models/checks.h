// What a recipe says against what the data is: mistakes that would otherwise show as a failed kernel, or not at all.
#pragma once

#include "core/diagnostic.h"
#include "core/signature.h"
#include "models/spec.h"

namespace dltrain::models {

// Inputs against the data's arrays, targets and class weights against what the data has, the batch size against the
// number of samples, and values that are not scaled or can never be reached. What an output's loss takes against what
// its layer gives is in models/output_check.h.
void check_against_data(const Spec& spec, const DataSignature& signature, Diagnostics& diagnostics);

}  // namespace dltrain::models
