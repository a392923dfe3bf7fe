// Functions of the driver that NVIDIA's own libraries look up when they are loaded beside the stand-in (real_cudnn.cpp),
// and complain about on the terminal where they are missing. dltrain calls none of them. Without NVIDIA's declarations,
// which would be in the way.

namespace {
constexpr int not_supported = 801;  // CUDA_ERROR_NOT_SUPPORTED
}

extern "C" {
int cuCtxGetCurrent() { return not_supported; }
int cuCtxGetLimit() { return not_supported; }
int cuGetExportTable() { return not_supported; }
int cuCtxPopCurrent() { return not_supported; }
int cuCtxPushCurrent() { return not_supported; }
int cuStreamGetCtx() { return not_supported; }
int cuLinkCreate() { return not_supported; }
int cuLinkAddData() { return not_supported; }
int cuLinkComplete() { return not_supported; }
int cuLinkDestroy() { return not_supported; }
int cuLaunchCooperativeKernel() { return not_supported; }
int cuLibraryLoadFromFile() { return not_supported; }
int cuKernelSetAttribute() { return 0; }
int cuKernelGetAttribute() { return not_supported; }
int cuOccupancyMaxPotentialClusterSize() { return not_supported; }
int cuLaunchKernelEx() { return not_supported; }
}
