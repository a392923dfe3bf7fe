#include "backends/cuda/library.h"

#include <cstdlib>
#include <vector>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"

namespace dltrain::backends::cuda {

namespace {

[[noreturn]] void refuse(const std::string& device, const std::string& what, const std::string& help) {
  throw UserError(ExitCode::device, {{Severity::error,
                                      "no-cuda",
                                      {},
                                      "device " + quote(device),
                                      what,
                                      "",
                                      "",
                                      help + ", or use device = \"cpu\" under [run]"}});
}

std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? std::string() : text;
}

// Folders that hold a toolkit as NVIDIA installs it, or as its wheels unpack.
std::vector<std::string> toolkits() {
  std::vector<std::string> found;
  if (const std::string own = variable("DLTRAIN_CUDA_HOME"); !own.empty()) found.push_back(own);
  const std::string home = variable("HOME");
  const std::string cache = variable("XDG_CACHE_HOME").empty() ? home + "/.cache" : variable("XDG_CACHE_HOME");
  if (cache != "/.cache") found.push_back(cache + "/dltrain/cuda");
  found.insert(found.end(), {"/usr/local/cuda", "/opt/cuda"});
  return found;
}

std::vector<std::string> folders() {
  std::vector<std::string> all;
  for (const std::string& toolkit : toolkits()) {
    for (const char* folder : {"/lib64/", "/lib/", "/nvidia/cu13/lib/", "/nvidia/cudnn/lib/"})
      all.push_back(toolkit + folder);
  }
  all.insert(all.end(), {"/usr/lib/x86_64-linux-gnu/", "/usr/lib64/"});
  return all;
}

std::vector<std::string> places(const std::string& file) {
  std::vector<std::string> all = {file};
  for (const std::string& folder : folders()) all.push_back(folder + file);
  return all;
}

}  // namespace

void* open_library(const std::string& device, const LibraryName& library) {
  std::string broken;
  for (const std::string& place : places(library.file)) {
    if (void* const handle = ::dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL); handle != nullptr) return handle;
    const char* reason = ::dlerror();
    if (place.front() == '/' && exists(place) && reason != nullptr && broken.empty()) broken = reason;
  }
  if (!broken.empty()) refuse(device, library.title + " cannot be loaded: " + broken, "install " + library.comes);
  refuse(device, library.title + " is needed, and " + library.file + " is not found",
         "install " + library.comes + ", name its folder in the variable DLTRAIN_CUDA_HOME or LD_LIBRARY_PATH");
}

void open_part(const std::string& beginning) {
  for (const std::string& folder : folders()) {
    if (!is_directory(folder)) continue;
    for (const std::string& name : list_directory(folder, ExitCode::device)) {
      if (name.starts_with(beginning) && ::dlopen((folder + name).c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr) return;
    }
  }
}

void refuse_start(const std::string& device, const std::string& title, const std::string& reason) {
  refuse(device, title + " does not start (" + reason + ")", "install all of its files, and a driver that fits");
}

void expect_functions(const std::string& device, const LibraryName& library, const Symbols& symbols) {
  if (symbols.missing().empty()) return;
  refuse(device, library.file + " is too old or damaged: it has no function " + symbols.missing(),
         "install " + library.comes);
}

std::string dotted_version(size_t version) {
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
         std::to_string(version % 100);
}

void expect_version(const std::string& device, const LibraryName& library, size_t version, size_t least) {
  if (version >= least) return;
  refuse(device,
         library.file + " is of version " + dotted_version(version) + ", and " + dotted_version(least) + " is needed",
         "install " + library.comes);
}

}  // namespace dltrain::backends::cuda
