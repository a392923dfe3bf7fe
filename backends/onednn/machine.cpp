#include "backends/onednn/machine.h"

#include <hwy/targets.h>
#include <dnnl.hpp>

#include "backends/host.h"
#include "backends/onednn/vector/tile_product.h"

namespace dltrain::backends::onednn {

namespace {

bool below_avx512(dnnl::cpu_isa isa) {
  switch (isa) {
    case dnnl::cpu_isa::sse41:
    case dnnl::cpu_isa::avx:
    case dnnl::cpu_isa::avx2:
    case dnnl::cpu_isa::avx2_vnni:
    case dnnl::cpu_isa::avx2_vnni_2: return true;
    default: return false;
  }
}

std::string instruction_set() {
  const dnnl::cpu_isa isa = dnnl::get_effective_cpu_isa();
  int64_t refused = 0;
  if (below_avx512(isa)) refused |= HWY_AVX3 | HWY_AVX3_DL | HWY_AVX3_ZEN4 | HWY_AVX3_SPR;
  if (isa == dnnl::cpu_isa::sse41 || isa == dnnl::cpu_isa::avx) refused |= HWY_AVX2;
  hwy::DisableTargets(refused);
  // Asked of the loops themselves: hwy::SupportedTargets() would choose again, as if nothing had been refused.
  switch (tile_loops().lanes) {
    case 16: return "avx512";
    case 8: return "avx2";
    default: return "sse2";
  }
}

// Whether products of bfloat16 have units of their own; the library would emulate them on other processors of AVX-512,
// which is slower than float32.
bool has_bfloat16() {
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::avx512_core_bf16:
    case dnnl::cpu_isa::avx512_core_fp16:
    case dnnl::cpu_isa::avx512_core_amx:
    case dnnl::cpu_isa::avx512_core_amx_fp16: return true;
    default: return false;
  }
}

std::string processor_text(const Machine& machine) {
  if (machine.instruction_set == "sse2") return "SSE2";
  if (machine.instruction_set == "avx2") return "AVX2";
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::avx512_core_amx:
    case dnnl::cpu_isa::avx512_core_amx_fp16: return "AVX-512 with AMX";
    default: return "AVX-512";
  }
}

}  // namespace

Machine open_machine(int threads) {
  Machine machine{threads > 0 ? threads : usable_threads(), usable_memory(), instruction_set()};
  const dnnl::cpu_isa isa = dnnl::get_effective_cpu_isa();
  machine.has_tiles = isa == dnnl::cpu_isa::avx512_core_amx || isa == dnnl::cpu_isa::avx512_core_amx_fp16;
  if (!has_bfloat16()) {
    machine.no_bfloat16 = "it needs the instruction set AVX512_BF16 or AMX_BF16, and the processor offers " +
                          processor_text(machine) + " only";
  }
  return machine;
}

std::string describe(const Machine& machine) {
  return processor_text(machine) + ", " + std::to_string(machine.threads) +
         (machine.threads == 1 ? " thread" : " threads") + ", oneDNN " + library_version();
}

std::string library_version() {
  const dnnl_version_t* version = dnnl_version();
  return std::to_string(version->major) + "." + std::to_string(version->minor) + "." + std::to_string(version->patch);
}

}  // namespace dltrain::backends::onednn
