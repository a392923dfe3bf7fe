// How many multiplications and additions of bfloat16 the processor does at most, by doing them in registers.
#pragma once

#include <cstdint>

namespace dltrain::backends::onednn {

// Operations done in that many rounds by this thread, on matrix units where there are some (`tiles`), else on vectors.
// Only to be called on a processor that has them. `seed` and `*sink` keep the work from being left out.
double multiply_narrow(bool tiles, int64_t rounds, float seed, float* sink);

}  // namespace dltrain::backends::onednn
