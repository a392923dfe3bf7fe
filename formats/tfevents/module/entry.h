// What the module dltrain_tfevents offers. Both sides are built by one compiler. Safe for several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "formats/tfevents/custom_scalars.h"
#include "formats/tfevents/event.h"
#include "formats/tfevents/graph_def.h"
#include "formats/tfevents/hparams.h"

namespace dltrain::formats::tfevents {

// Each fills its last argument with the bytes of a message.
using EncodeEvent = void(const Event& event, std::vector<std::byte>& bytes);
using EncodeGraph = void(const std::vector<GraphNode>& nodes, std::string& bytes);
using EncodeExperiment = void(const std::string& description, double created, const Hparams& hparams,
                              const std::vector<HparamMetric>& metrics, std::string& bytes);
using EncodeSessionStart = void(const std::string& group, double time, const Hparams& hparams, std::string& bytes);
using EncodeSessionEnd = void(int status, double time, std::string& bytes);
using EncodePrCurve = void(int64_t thresholds, std::string& bytes);
using EncodeLayout = void(const std::vector<ScalarCategory>& categories, std::string& bytes);
// False if the bytes are no event.
using DecodeEvent = bool(std::span<const std::byte> bytes, Event& event);

struct Functions {
  EncodeEvent* encode_event;
  DecodeEvent* decode_event;
  EncodeGraph* encode_graph;
  EncodeExperiment* encode_experiment;
  EncodeSessionStart* encode_session_start;
  EncodeSessionEnd* encode_session_end;
  EncodePrCurve* encode_pr_curve;
  EncodeLayout* encode_layout;
};

// The module's one symbol gives all of its functions.
using GetFunctions = const Functions*();
constexpr const char* functions_symbol = "dltrain_tfevents_functions";

// Loads the module at the first call. Throws UserError (device) if it is not there.
const Functions& functions();

std::string pr_curve_content(int64_t thresholds);

}  // namespace dltrain::formats::tfevents
