// Fisher's iris flowers, which ship with dltrain.
#include "datasets/locate.h"
#include "datasets/source.h"
#include "datasets/table/read_table.h"

namespace dltrain::datasets {

namespace {

struct Iris : Source {
  static constexpr auto kind = "iris";

  static void describe(auto& d) {
    d.doc(
        "Fisher's iris flowers, shipped with dltrain: 150 samples of 4 lengths in cm (sepal length and width, petal "
        "length and "
        "width) and 3 species, 50 of each, sorted by species.");
  }

  SampleSets load(const LoadRequest& request) const override {
    TableLayout layout = find_layout(
        builtin_path("iris/iris.csv"),
        {.header = false, .names = {"sepal_length", "sepal_width", "petal_length", "petal_width", "species"}});
    RoleOptions options;
    options.target = ColumnGroups{{{"", {{"species", {}}}, {}}}};
    SampleSets sets;
    LoadRequest species = request;
    species.headers_only = false;  // reading 150 lines takes no time
    species.targets = {{request.targets[0].name, TargetKind::classes}};
    sets.train = read_table(layout, assign_roles(layout, options, species), {}, species, sets.notes);
    return sets;
  }
};

}  // namespace

void register_iris(SourceRegistry& registry) { registry.add<Iris>(); }

}  // namespace dltrain::datasets
