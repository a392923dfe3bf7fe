// What [train] recompute saves and costs, in words and numbers.
#pragma once

#include <string>

#include "backends/plan.h"
#include "core/diagnostic.h"
#include "core/setting.h"
#include "models/spec.h"

namespace dltrain::training {

// Of a training plan; empty where nothing was asked for: "12 kernels run twice: activations take 107 MiB, not 192 MiB,
// for 8.1 % more arithmetic".
std::string recompute_text(const models::Spec& spec, const backends::Plan& plan);
// {"kernels", "flops", "bytes", "activations", "activations_without"}.
Table recompute_table(const backends::Plan& plan);
// Warns of layers and blocks of which nothing is computed again, and of a plan that takes no less than without.
void warn_of_recompute(const models::Spec& spec, const backends::Plan& plan, Diagnostics& warnings);

}  // namespace dltrain::training
