#include "core/module.h"

#include <dlfcn.h>

#include <map>
#include <mutex>

#include "core/diagnostic.h"
#include "core/files.h"

namespace dltrain {

std::string library_folder() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<void*>(&library_folder), &info) == 0 || info.dli_fname == nullptr) return ".";
  const std::string folder = parent_path(info.dli_fname);
  return folder.empty() ? "." : folder;
}

namespace {

std::string module_path(const std::string& name) { return join_path(library_folder(), "dltrain_" + name + ".so"); }

}  // namespace

bool module_exists(const std::string& name) { return exists(module_path(name)); }

void* module_symbol(const std::string& name, const std::string& symbol, const std::string& purpose) {
  static std::mutex mutex;
  static std::map<std::string, void*> loaded;  // handles stay open until the program ends
  const std::lock_guard lock(mutex);
  void*& handle = loaded[name];
  if (handle == nullptr) handle = ::dlopen(module_path(name).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* cause = ::dlerror();
    throw UserError(
        ExitCode::device, "module", module_path(name),
        "the module is needed " + purpose + " and cannot be loaded: " + (cause != nullptr ? cause : "unknown"),
        "build dltrain again, or put the module back beside the program");
  }
  void* address = ::dlsym(handle, symbol.c_str());
  if (address == nullptr) throw Bug("module " + name + " has no symbol " + symbol);
  return address;
}

}  // namespace dltrain
