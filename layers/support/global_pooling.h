// The parameters of pooling over everything.
#pragma once

#include "layers/support/channels.h"

namespace dltrain::layers {

struct GlobalPooling {
  bool keepdims = false;
  DataFormat data_format = DataFormat::channels_last;

  static void describe_global(auto& d) {
    d.param(&GlobalPooling::keepdims, "keepdims", "keep the axes that are pooled, with size 1");
    describe_data_format<GlobalPooling>(d);
  }
  void check(FieldReport& report) const { check_data_format(data_format, report); }
};

}  // namespace dltrain::layers
