// What a profile says to the user in plain words.
#pragma once

#include <string>
#include <vector>

#include "models/spec.h"
#include "training/profile.h"

namespace dltrain::training {

// One sentence each, at least one: where the time goes, what is slower than it should be, what to do.
std::vector<std::string> profile_advice(const Profile& profile, const models::Spec& spec);

}  // namespace dltrain::training
