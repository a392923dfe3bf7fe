// The functions of the module, by file: encode.cpp, decode.cpp, plugins.cpp.
#pragma once

#include "formats/tfevents/module/entry.h"

namespace dltrain::formats::tfevents {

EncodeEvent encode_event;
DecodeEvent decode_event;
EncodeGraph encode_graph;
EncodeExperiment encode_experiment;
EncodeSessionStart encode_session_start;
EncodeSessionEnd encode_session_end;
EncodePrCurve encode_pr_curve;
EncodeLayout encode_layout;

}  // namespace dltrain::formats::tfevents
