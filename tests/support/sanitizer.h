// Whether this build watches memory, which takes memory and time that tests of both must not count.
#pragma once

namespace dltrain::test {

#ifdef __SANITIZE_ADDRESS__
constexpr bool watches_memory = true;
#else
constexpr bool watches_memory = false;
#endif

}  // namespace dltrain::test
