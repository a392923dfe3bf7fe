// dltrain devices: what this machine offers, and why something is not used.
#include <cstdio>

#include "app/command_line/command.h"
#include "backends/factory.h"
#include "core/setting.h"
#include "core/text.h"
#include "formats/json/json.h"

namespace dltrain::app {

namespace {

ExitCode devices(const CommonOptions& common) {
  for (const backends::DeviceReport& report : backends::list_devices()) {
    if (common.json) {
      Table line;
      line.set("device", report.device);
      line.set("available", report.available);
      line.set("text", report.text);
      List precisions(report.precisions.begin(), report.precisions.end());
      line.set("precisions", std::move(precisions));
      std::printf("%s\n", formats::json_text(Setting(std::move(line))).c_str());
    } else {
      std::printf("%-10s %-13s  %s\n", report.device.c_str(), report.available ? "available" : "not available",
                  report.text.c_str());
      if (!report.precisions.empty()) std::printf("%-25s  %s\n", "", join(report.precisions, ", ").c_str());
    }
  }
  return ExitCode::ok;
}

}  // namespace

void register_devices(CommandLine& line) {
  Command& command = line.add(Group::look_up, "devices", "what this machine offers, and why something is not used");
  command.json = true;
  command.run = devices;
}

}  // namespace dltrain::app
