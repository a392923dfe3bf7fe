#include "layers/support/convolution.h"

#include "layers/support/axes.h"

namespace dltrain::layers {

void expect_groups(const Builder& builder, Value x, int64_t groups) {
  const int64_t channels = builder.shape(x).back();
  if (channels % groups == 0) return;
  builder.fail("groups",
               "groups " + std::to_string(groups) + " does not divide the " + std::to_string(channels) +
                   " channels of the input (" + sample_text(builder.shape(x)) + ")",
               "choose groups that divide " + std::to_string(channels));
}

void check_groups(int64_t filters, int64_t groups, FieldReport& report) {
  if (filters % groups == 0) return;
  report.error("groups",
               "groups must divide filters (were " + std::to_string(groups) + " and " + std::to_string(filters) + ")",
               "make filters a multiple of groups");
}

}  // namespace dltrain::layers
