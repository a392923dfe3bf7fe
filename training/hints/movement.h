// How far one step moves the weights, relative to their size.
#pragma once

#include "training/hints/evidence.h"
#include "training/observer.h"

namespace dltrain::training::hints {

// The trained kernels (two axes or more) of at most 131,072 numbers each, a million together: enough to tell, and a copy
// that nobody notices.
NamedArrays kernels(const Observer& observer);

// Between two states of the same kernels: the median of |after - before| / |before|, Euclidean norms.
Movement movement(const NamedArrays& before, const NamedArrays& after);

}  // namespace dltrain::training::hints
