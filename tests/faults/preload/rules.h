// The faults that DLTRAIN_FAULT orders, parsed once at the start without an allocation.
//
//   DLTRAIN_FAULT_ROOT=/folder  only operations on paths below it count
//   DLTRAIN_FAULT="rule;rule;..."
//
// - io:OP=ERRNO@N[,sticky]: the N-th OP fails ("change": one that changes something; "all": any); sticky: all later too
// - short@N: the N-th write writes half of its bytes
// - crash@N[,after|,torn]: SIGKILL before, after or in the middle of the N-th operation that changes something
// - crash@OP:PATTERN:N[,after|,torn]: the same for the N-th OP on paths that match (fnmatch)
// - signal:NAME@N: sends INT, TERM, HUP, ... to the process at the N-th operation that changes something
// - alloc@N[,sticky]: the N-th operator new, aligned_alloc or posix_memalign of the program's own code fails
// - malloc@N[,sticky]: the N-th malloc, calloc or realloc of it fails
// - floor=BYTES: smaller allocations do not count
// - record=FILE: log of operations for the replayer (record.h); count=FILE: counters.h
//
// Allocations of other libraries do not count: not all of them can report a failure.
// N counts from 1. Wrong rules end the process with code 99: a test must not pass because its fault was misspelt.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tests/faults/preload/counters.h"

namespace dltrain::faults {

enum class Act : uint8_t {
  fail,
  cut,
  crash,
  signal,
  allocation,
  c_allocation
};
enum class When : uint8_t {
  before,
  after,
  torn
};
enum class Scope : uint8_t {
  op,
  changes,
  all
};

struct Rule {
  Act act = Act::fail;
  Scope scope = Scope::changes;
  Op op = Op::write;
  When when = When::before;
  int number = 0;  // errno or signal
  uint64_t nth = 1;
  bool sticky = false;
  char pattern[256] = {};  // empty: every path
  uint64_t seen = 0;

  // Counts the event; true if it is the one that the rule is about.
  bool meets();
};

struct Rules {
  Rule list[16];
  int count = 0;
  char root[1024] = {};
  char record[1024] = {};
  char counters[1024] = {};
  size_t floor = 0;
  bool about_memory = false;  // whether allocations are looked at, which takes time
};

// From the environment.
void parse_rules(Rules& rules);
const char* op_name(Op op);

}  // namespace dltrain::faults
