// Targets from arrays of labels or numbers, as IDX and NPY files hold them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/array.h"
#include "core/data_spec.h"
#include "datasets/samples.h"

namespace dltrain::datasets {

// A target from values [N, ...]. Class numbers (i32; [N, 1] becomes [N]) if `kind` is classes and the values are whole,
// or `kind` is automatic and the values are integers, one for each sample; else numbers (f32; [N] becomes [N, 1]). How
// many classes there are: as in `fixed` (an earlier part), or as many as `class_names`, or the largest label + 1; none
// is said where there are no values.
// Throws UserError (data) beginning with `path` that names the sample, for labels that are not class numbers, labels
// outside of fixed classes, NaN.
TargetField array_target(const std::string& name, Array values, TargetKind kind, const DataField* fixed,
                         const std::vector<std::string>& class_names, const std::string& path);

// Classes without a sample, e.g. `class 8` or `classes "a", "b" and 12 more`; empty if there are none.
std::string missing_classes(const DataField& field, const std::vector<int64_t>& counts);

}  // namespace dltrain::datasets
