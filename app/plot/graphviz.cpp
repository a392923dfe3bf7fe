#include "app/plot/graphviz.h"

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/process.h"
#include "core/staged_file.h"

namespace dltrain::app {

namespace {

// A text beside the picture while it is drawn.
class Source {
 public:
  Source(std::string path, const std::string& text) : path_(std::move(path)) { write_file_durably(path_, text); }
  ~Source() {
    try {
      remove_file(path_);
    } catch (const UserError&) {
      return;  // it can stay
    }
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

void check_graphviz() {
  if (program_exists("dot")) return;
  throw UserError(
      ExitCode::io, "output-format", "dltrain plot",
      "SVG and PNG are drawn by Graphviz' program dot, which is not installed",
      "install it (apt install graphviz, dnf install graphviz, brew install graphviz), or write the drawing "
      "as text: -o model.dot");
}

void write_graphviz_picture(const std::string& dot, const std::string& format, const std::string& path) {
  check_graphviz();
  StagedFile picture(path);
  const Source source(path + ".dot~", dot);
  ProcessRequest request;
  request.command = {"dot", "-T" + format, "-o", picture.path(), source.path()};
  if (format == "png") request.command.insert(request.command.begin() + 1, "-Gdpi=120");
  request.timeout = 300;
  const ProcessResult result = run_process(request);
  if (!result.succeeded()) {
    throw UserError(ExitCode::io, "output-format", "dltrain plot", "dot made no picture (" + result.text() + ")",
                    "leave out --unfold where the model is large, or write the drawing as text: -o model.dot");
  }
  picture.commit();
}

}  // namespace dltrain::app
