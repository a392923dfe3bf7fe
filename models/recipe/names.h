// The names of layers before anything else is known about them: given ones, and automatic ones as Keras counts them.
#pragma once

#include <string>
#include <vector>

#include "core/setting.h"

namespace dltrain::models {

// One name for each element of `[model] layers`, in order. A layer without a name is called after its kind ("dense",
// "dense_1", counted over the layers without a name, as Keras does), skipping names that the recipe gives; a second
// call of layer "c" is "c@2". Elements that are no layers get names too, so that numbering does not depend on
// other mistakes. A layer with `repeat` is called like the first of its copies; the others take names behind it.
std::vector<std::string> layer_names(const List& layers);

// How many copies of a layer there are; 1 where `repeat` is missing or wrong.
int64_t repeats_of(const Setting& layer);
bool has_repeat(const Setting& layer);  // and it is right

// What is wrong with a name that a recipe gives to a layer or an input; empty if nothing.
std::string complaint_about_name(const std::string& name);

}  // namespace dltrain::models
