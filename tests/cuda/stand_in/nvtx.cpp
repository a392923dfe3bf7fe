// A profiler as NVTX finds one: the library that NVTX_INJECTION64_PATH names. It counts ranges by their names.
#include <nvtx3/nvToolsExt.h>

#include <string>

#include "tests/cuda/stand_in/machine.h"

using dltrain::stand_in::machine;

namespace {

int open_ranges = 0;

int push(const char* name) {
  machine().add(std::string("range ") + name);
  return open_ranges++;
}
int pop() {
  if (open_ranges == 0) machine().add("ranges ended twice");
  return --open_ranges;
}

}  // namespace

extern "C" int InitializeInjectionNvtx2(NvtxGetExportTableFunc_t get_table) {
  const auto* callbacks = static_cast<const NvtxExportTableCallbacks*>(get_table(NVTX_ETID_CALLBACKS));
  NvtxFunctionTable table = nullptr;
  unsigned int size = 0;
  if (callbacks == nullptr || callbacks->GetModuleFunctionTable(NVTX_CB_MODULE_CORE, &table, &size) == 0) return 0;
  *table[NVTX_CBID_CORE_RangePushA] = reinterpret_cast<NvtxFunctionPointer>(push);
  *table[NVTX_CBID_CORE_RangePop] = reinterpret_cast<NvtxFunctionPointer>(pop);
  return 1;
}
