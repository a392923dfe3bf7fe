// What a step of a recurrent op does beside its product: gates and states, and their gradients, each in one kernel with a
// thread for each unit of each sample. Formulas as in graph/ops/lstm.cpp and gru.cpp; states and what flows between steps
// stay float32. Names: lstm_DTYPE, lstm_grad_DTYPE, gru_DTYPE, gru_grad_DTYPE.
#include "backends/cuda/device/functions.h"
#include "backends/cuda/device/recurrent_parameters.h"

using namespace dltrain::backends::cuda::device;

namespace {

template <class T> DLTRAIN_GPU float at(const void* from, uint32_t i) {
  return from == nullptr ? 0.0F : widened(static_cast<const T*>(from)[i]);
}
template <class T> DLTRAIN_GPU void put(void* to, uint32_t i, float value) {
  if (to != nullptr) static_cast<T*>(to)[i] = stored<T>(value);
}
DLTRAIN_GPU float at(const float* from, uint32_t i) { return from == nullptr ? 0.0F : from[i]; }
DLTRAIN_GPU bool takes_part(const uint8_t* mask, uint32_t sample) { return mask == nullptr || mask[sample] != 0; }

template <class T> struct Lstm {
  using Parameters = LstmStepParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.samples * p.units; i += element_step()) {
      const uint32_t sample = i / p.units;
      const uint32_t row = sample * 4 * p.units + i % p.units;
      const auto sum = [&](uint32_t gate) {
        const uint32_t place = row + gate * p.units;
        return at<T>(p.x, place) + at(p.product, place);
      };
      const float input = logistic(sum(0)), forget = logistic(sum(1));
      const float candidate = std::tanh(sum(2)), output = logistic(sum(3));
      const float before = p.product == nullptr ? 0.0F : p.cell[i];
      float cell = forget * before + input * candidate;
      float y = output * std::tanh(cell);
      if (!takes_part(p.mask, sample)) {
        cell = before;
        y = at<T>(p.before, i);
      }
      p.cell[i] = cell;
      put<T>(p.y, i, y);
      put<T>(p.last, i, y);
      put<T>(p.cells, i, cell);
      put<T>(p.gates, row, input);
      put<T>(p.gates, row + p.units, forget);
      put<T>(p.gates, row + 2 * p.units, candidate);
      put<T>(p.gates, row + 3 * p.units, output);
    }
  }
};

template <class T> struct LstmGrad {
  using Parameters = LstmGradParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.samples * p.units; i += element_step()) {
      const uint32_t sample = i / p.units;
      const uint32_t row = sample * 4 * p.units + i % p.units;
      const auto gate = [&](uint32_t number) { return at<T>(p.gates, row + number * p.units); };
      const auto inflow = [&](uint32_t number) { return at<T>(p.gates_flow, row + number * p.units); };
      const float input = gate(0), forget = gate(1), candidate = gate(2), output = gate(3);
      const float later = p.is_last != 0 ? 0.0F : at(p.product, i) + p.state_flow[i];
      const float dh = later + at<T>(p.y_flow, i) + at<T>(p.last_flow, i);
      const float dc = (p.is_last != 0 ? 0.0F : p.cell_flow[i]) + at<T>(p.cells_flow, i);
      const bool active = takes_part(p.mask, sample);
      const float bent = std::tanh(at<T>(p.cell, i));
      const float h_flow = active ? dh : 0.0F;
      const float c_flow = (active ? dc : 0.0F) + h_flow * output * (1 - bent * bent);
      const float to_input = c_flow * candidate + inflow(0);
      const float to_forget = c_flow * at<T>(p.cell_before, i) + inflow(1);
      const float to_candidate = c_flow * input + inflow(2);
      const float to_output = h_flow * bent + inflow(3);
      put<T>(p.sums, row, to_input * input * (1 - input));
      put<T>(p.sums, row + p.units, to_forget * forget * (1 - forget));
      put<T>(p.sums, row + 2 * p.units, to_candidate * (1 - candidate * candidate));
      put<T>(p.sums, row + 3 * p.units, to_output * output * (1 - output));
      p.state_flow[i] = active ? 0.0F : dh;
      p.cell_flow[i] = c_flow * forget + (active ? 0.0F : dc);
    }
  }
};

template <class T> struct Gru {
  using Parameters = GruStepParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.samples * p.units; i += element_step()) {
      const uint32_t sample = i / p.units, unit = i % p.units;
      const uint32_t row = sample * 3 * p.units + unit;
      const auto product = [&](uint32_t gate) {
        return at(p.product, row + gate * p.units) + p.bias[unit + gate * p.units];
      };
      const auto x = [&](uint32_t gate) { return at<T>(p.x, row + gate * p.units); };
      const float update = logistic(x(0) + product(0)), reset = logistic(x(1) + product(1));
      const float inner = product(2);
      const float candidate = std::tanh(x(2) + reset * inner);
      const float before = p.product == nullptr ? 0.0F : p.state[i];
      float state = update * before + (1 - update) * candidate;
      if (!takes_part(p.mask, sample)) state = before;
      p.state[i] = state;
      put<T>(p.y, i, state);
      put<T>(p.last, i, state);
      put<T>(p.candidates, i, inner);
      put<T>(p.gates, row, update);
      put<T>(p.gates, row + p.units, reset);
      put<T>(p.gates, row + 2 * p.units, candidate);
    }
  }
};

template <class T> struct GruGrad {
  using Parameters = GruGradParameters;
  DLTRAIN_GPU static void run(const Parameters& p) {
    for (uint32_t i = first_element(); i < p.samples * p.units; i += element_step()) {
      const uint32_t sample = i / p.units;
      const uint32_t row = sample * 3 * p.units + i % p.units;
      const auto gate = [&](uint32_t number) { return at<T>(p.gates, row + number * p.units); };
      const auto inflow = [&](uint32_t number) { return at<T>(p.gates_flow, row + number * p.units); };
      const float update = gate(0), reset = gate(1), candidate = gate(2);
      const float later = p.is_last != 0 ? 0.0F : at(p.product, i) + p.state_flow[i];
      const float dh = later + at<T>(p.y_flow, i) + at<T>(p.last_flow, i);
      const bool active = takes_part(p.mask, sample);
      const float flow = active ? dh : 0.0F;
      const float before = at<T>(p.before, i);
      const float to_candidate = (flow * (1 - update) + inflow(2)) * (1 - candidate * candidate);
      const float to_reset = (to_candidate * at<T>(p.candidate, i) + inflow(1)) * reset * (1 - reset);
      const float to_update = (flow * (before - candidate) + inflow(0)) * update * (1 - update);
      put<T>(p.sums, row, to_update);
      put<T>(p.sums, row + p.units, to_reset);
      put<T>(p.sums, row + 2 * p.units, to_candidate);
      const float to_products[3] = {to_update, to_reset, to_candidate * reset + at<T>(p.candidates_flow, i)};
      for (uint32_t number = 0; number < 3; ++number) {
        const uint32_t place = row + number * p.units;
        put<T>(p.product_sums, place, to_products[number]);
        p.bias_sums[place] = to_products[number] + (p.is_last != 0 ? 0.0F : p.bias_sums[place]);
      }
      p.state_flow[i] = flow * update + (active ? 0.0F : dh);
    }
  }
};

}  // namespace

#define DLTRAIN_RECURRENT(dtype, T)             \
  DLTRAIN_KERNEL(lstm_##dtype, Lstm<T>)         \
  DLTRAIN_KERNEL(lstm_grad_##dtype, LstmGrad<T>) \
  DLTRAIN_KERNEL(gru_##dtype, Gru<T>)           \
  DLTRAIN_KERNEL(gru_grad_##dtype, GruGrad<T>)

DLTRAIN_RECURRENT(float32, float)
DLTRAIN_RECURRENT(bfloat16, Bfloat16)
DLTRAIN_RECURRENT(float16, Float16)
