// The fault kit's start: before the program's own code, but after the loader, so that nothing here may allocate.
#include "tests/faults/preload/kit.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace dltrain::faults {

namespace {

Kit the_kit;
Counters own_counters;

Counters* mapped(const char* path) {
  const int descriptor =
      static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (descriptor < 0 || ::syscall(SYS_ftruncate, descriptor, sizeof(Counters)) != 0) ::_exit(98);
  void* address = ::mmap(nullptr, sizeof(Counters), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (address == MAP_FAILED) ::_exit(98);
  ::syscall(SYS_close, descriptor);
  return static_cast<Counters*>(address);
}

__attribute__((constructor(101))) void start() {
  the_kit.counters = &own_counters;
  parse_rules(the_kit.rules);
  if (the_kit.rules.counters[0] != '\0') the_kit.counters = mapped(the_kit.rules.counters);
  start_files();
}

}  // namespace

Kit& kit() { return the_kit; }

}  // namespace dltrain::faults
