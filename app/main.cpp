// The program. Every way to end passes through here: messages go to standard error, the exit code says whose mistake it
// was.
#include <cstdio>
#include <exception>
#include <new>

#include "app/cli.h"
#include "app/messages.h"
#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/free_memory.h"

namespace {

int failed(dltrain::ExitCode code, const std::string& text) {
  std::fputs(text.c_str(), stderr);
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  using dltrain::ExitCode;
  using dltrain::SizeOverflow;
  using dltrain::UserError;
  namespace app = dltrain::app;
  dltrain::keep_little_free_memory();
  try {
    return static_cast<int>(app::run(argc, argv));
  } catch (const UserError& error) {
    app::print_error(error);
    return static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    return failed(ExitCode::memory,
                  "error[E1404]: the memory of this machine is used up; use a smaller batch_size or model\n");
  } catch (const SizeOverflow& error) {
    return failed(ExitCode::recipe,
                  std::string("error[E0707]: ") + error.what() + "; make the layers or the batch smaller\n");
  } catch (const std::exception& error) {
    return failed(ExitCode::bug, std::string("error: this is a mistake in dltrain, not in your recipe: ") +
                                     error.what() +
                                     "\n   = help: please report it with the recipe and the command line\n");
  }
}
