// The kinds of losses, metrics, optimizers and schedules for the catalogue that recipes are read by.
#pragma once

#include "core/schema.h"

namespace dltrain::models {

void fill_catalogue(Catalogue& catalogue);

}  // namespace dltrain::models
