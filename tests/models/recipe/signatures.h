// What data looks like, for tests that need no data.
#pragma once

#include <string>

#include "core/signature.h"

namespace dltrain::test {

// By name: "digits" (images [8, 8, 1] of 10 classes), "pixels" (the same, 0 to 255), "prices" (13 numbers, one target
// from -5 to 50), "animals" (classes cat, dog), "meta" (image [28, 28, 1] and meta [5], targets price and kind).
DataSignature signature(const std::string& name);

}  // namespace dltrain::test
