// A backend against the reference, op by op.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backends/backend.h"
#include "tests/support/numbers.h"
#include "tests/support/op_case.h"

namespace dltrain::test {

struct OpCheck {
  std::string title;           // of the example
  std::string wrong;           // empty: the backend agrees
  std::string implementation;  // the kernels that ran, "+" between them
};

// Runs every example for which `wanted` holds on the backend, through plans and a session as training does, and
// compares with the reference. Results that are views of inputs are among them.
std::vector<OpCheck> check_backend(
    std::unique_ptr<backends::Backend> backend, DType real, Tolerance tolerance,
    const std::function<bool(const OpCase&)>& wanted = [](const OpCase&) { return true; });

}  // namespace dltrain::test
