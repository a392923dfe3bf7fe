// Chosen implementations (backends/kernel_choice.h) as a run keeps them: in the manifest of each checkpoint, which decides,
// and in RUN/kernels.json, which people read and the next run of the recipe takes up.
#pragma once

#include <optional>
#include <string>

#include "backends/kernel_choice.h"
#include "core/setting.h"

namespace dltrain::training {

inline constexpr auto kernels_file = "kernels.json";

// Empty for no choices.
Table choices_table(const backends::KernelChoices& choices);
// What such a table says; no choices for any other table.
backends::KernelChoices choices_from(const Table& table);

// Replaces the file in the folder of a run.
void write_kernels(const std::string& run, const backends::KernelChoices& choices);

// Choices and where they were found.
struct KeptKernels {
  backends::KernelChoices choices;
  std::string source;  // a path, for messages
};
// Those of a checkpoint or of a run's file; nothing where there are none, or nothing that can be read.
std::optional<KeptKernels> kernels_of_checkpoint(const std::string& checkpoint);
std::optional<KeptKernels> kernels_of_run(const std::string& run);
// Those of the newest run below `directory`/NAME that were timed on such a processor.
std::optional<KeptKernels> kernels_of_earlier_run(const std::string& parent, const std::string& processor);

}  // namespace dltrain::training
