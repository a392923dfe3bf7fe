// How a model answers on data it does not train on, in pictures: which classes it takes for which, its worst mistakes,
// precision against recall.
#pragma once

#include "training/callbacks/tensorboard/looks.h"

namespace dltrain::training {

// Of the validation part; where there is none of the test part, else of the training part. For outputs that tell
// classes apart: "OUTPUT/confusion_matrix" (up to 64 classes), "OUTPUT/worst_mistakes" (inputs that are images),
// "OUTPUT/pr_curves" (two classes). Empty for others. Stops when the process is interrupted, with nothing.
Summaries prediction_summaries(Observer& observer);

}  // namespace dltrain::training
