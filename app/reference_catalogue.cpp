#include "app/reference_catalogue.h"

#include "models/zoo/zoo.h"
#include "training/experiment.h"

namespace dltrain::app {

const Catalogue& reference_catalogue() {
  static const Catalogue all = [] {
    Catalogue catalogue = training::catalogue();
    models::zoo::fill_catalogue(catalogue);
    return catalogue;
  }();
  return all;
}

std::vector<std::string> reference_families() {
  std::vector<std::string> families = training::catalogue().families();
  families.emplace_back("zoo");
  return families;
}

}  // namespace dltrain::app
