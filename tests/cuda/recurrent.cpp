// Which kernels run LSTM and GRU, forwards and backwards: all steps at once for few samples of few units, else step by step.
// The stand-in has two processors, so that more than two samples share a block and more than eight go step by step. Values
// are tested with every op (ops.cpp).
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "tests/cuda/run.h"
#include "tests/cuda/stand_in/control.h"
#include "tests/support/op_case.h"

namespace dltrain::test {

namespace {

// The example of an op that is called so.
const OpCase& example(const std::string& op, const std::string& name) {
  const std::vector<OpCase>& all = op_cases();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const OpCase& each) { return each.op == op && each.name == name; });
  REQUIRE(found != all.end());
  return *found;
}

// The kernel of the op in the plan of its example.
std::string kernel_of(const OpCase& op_case, DType dtype) {
  const auto session = session_on("cuda");
  const Plan& plan = session->plan(session->add(op_case_graph(op_case, dtype)));
  std::string all;
  for (const backends::Step& step : plan.steps) {
    const std::string& name = step.kernel->info().implementation;
    if (name.find("recurrent:") != std::string::npos) all += name;
  }
  return all;
}

// LSTM's first launches in a run of so many steps.
size_t launches_of(int64_t steps) {
  use_stand_in("");
  const OpCase op_case{"lstm", "", {reals({steps, 3, 8}), reals({2, 8})}, {{"backwards", false}}, false};
  const graph::Graph graph = op_case_graph(op_case, DType::f32);
  const Arrays inputs = op_case_inputs(op_case, DType::f32);
  const auto session = session_on("cuda");
  const int number = session->add(graph);
  backends::Feed feed;
  for (const auto& [name, array] : inputs) feed.data[name] = &array;
  session->run(number, feed);
  return stand_in_count("cuLaunchKernel");
}

}  // namespace

TEST_CASE("cuda: few samples of few units go through all steps in one kernel, others step by step") {
  needs_stand_in();
  use_stand_in("");
  for (const std::string cell : {"lstm", "gru"}) {
    for (const bool gradient : {false, true}) {
      const std::string op = cell + (gradient ? "_grad" : "");
      const std::string flows = gradient ? ", 0" : "";
      CHECK(kernel_of(example(op, "one of all" + flows), DType::f32) == "recurrent:" + op + "_1_float32");
      CHECK(kernel_of(example(op, "masked" + flows), DType::bf16) == "recurrent:" + op + "_4_bfloat16");
      CHECK(kernel_of(example(op, "many units" + flows), DType::f16) == "recurrent:" + op + "_4_float16");
      CHECK(kernel_of(example(op, "wide" + flows), DType::f32) == "cublaslt+recurrent:" + op + "_float32");
    }
  }
}

TEST_CASE("cuda: a sequence of few units takes as many launches as one step") {
  needs_stand_in();
  CHECK(launches_of(7) == launches_of(2));
  CHECK(launches_of(2) > 0);
}

}  // namespace dltrain::test
