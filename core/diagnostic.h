// Messages to the user: what is wrong, where, and what to do. A user's mistake (UserError) and ours (Bug) are different
// types; only the first is expected. Form: place: error[E0123]: who: what is wrong (what was received); what to do.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "core/code.h"
#include "core/exit_code.h"
#include "core/place.h"

namespace dltrain {

enum class Severity {
  warning,
  error
};

struct Note {
  Place place;  // may be unknown
  std::string text;
};

struct Diagnostic {
  Severity severity;
  Code code;
  Place place;  // may be unknown
  std::string who;  // e.g. `layer "dense_1" (Dense)`; may be empty
  std::string what;  // one clause, no full stop
  std::string hint;  // shown at the caret, e.g. `did you mean "relu"?`; may be empty
  std::string known;  // what would be accepted; may be empty
  std::string help;  // what to do; may be empty
  std::vector<Note> notes;

  // The message in full with source line and caret, without colours, ends with a newline.
  std::string text() const;
};

// Collects messages, so that all mistakes are reported at once.
class Diagnostics {
 public:
  Diagnostic& error(Code code, Place place, std::string who, std::string what);
  Diagnostic& warning(Code code, Place place, std::string who, std::string what);
  void add(Diagnostic diagnostic) { list_.push_back(std::move(diagnostic)); }
  void add(const std::vector<Diagnostic>& diagnostics);

  // In the order of the text, messages without a line last; what is said of one place twice, by copies, is kept once.
  void sort_by_place();
  bool has_errors() const;
  size_t error_count() const;
  const std::vector<Diagnostic>& list() const { return list_; }
  // Throws UserError with everything collected (warnings too) if there is an error.
  void throw_if_errors(ExitCode code) const;

 private:
  std::vector<Diagnostic> list_;
  mutable size_t counted_ = 0, errors_ = 0;  // how many of the list were looked at, and are errors
};

// The user's mistake, or the world's (disk, memory, device). Carries at least one error.
class UserError : public std::runtime_error {
 public:
  UserError(ExitCode code, std::vector<Diagnostic> diagnostics);
  // A single message without a place in a recipe: "who: what; help".
  UserError(ExitCode exit, Code code, std::string who, std::string what, std::string help = {});

  ExitCode code() const { return code_; }
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  ExitCode code_;
  std::vector<Diagnostic> diagnostics_;
};

// Our mistake: a broken invariant. Reported with a request to send the recipe; exit code 1.
class Bug : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

}  // namespace dltrain
