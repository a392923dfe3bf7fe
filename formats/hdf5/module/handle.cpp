#include "formats/hdf5/module/handle.h"

namespace dltrain::formats::hdf5 {

namespace {

herr_t innermost(unsigned, const H5E_error2_t* error, void* text) {
  if (error->desc != nullptr) *static_cast<std::string*>(text) = error->desc;
  return 0;
}

}  // namespace

void fail(const std::string& doing) {
  std::string cause;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, &innermost, &cause);
  H5Eclear2(H5E_DEFAULT);
  throw Failure{doing + (cause.empty() ? "" : " (" + cause + ")")};
}

void prepare_library() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);
}

}  // namespace dltrain::formats::hdf5
