// What a unit of a recurrent cell does in one step, and in one step back, once its products are there. Formulas as in
// graph/ops/lstm.cpp and gru.cpp; states and what flows between steps stay float32. `product(number)` is that with the
// kernel, for a gate; backwards it is what flows in through the kernel from the step after, and `number` is 0.
#pragma once

#include "backends/cuda/device/functions.h"
#include "backends/cuda/device/recurrent_parameters.h"

namespace dltrain::backends::cuda::device {

template <class T> DLTRAIN_GPU float read(const void* from, uint32_t i) {
  return from == nullptr ? 0.0F : widened(static_cast<const T*>(from)[i]);
}
template <class T> DLTRAIN_GPU void put(void* to, uint32_t i, float value) {
  if (to != nullptr) static_cast<T*>(to)[i] = stored<T>(value);
}
DLTRAIN_GPU bool takes_part(const uint8_t* mask, uint32_t sample) { return mask == nullptr || mask[sample] != 0; }

// The same place `elements` further on; null stays null.
template <class T> DLTRAIN_GPU const void* moved(const void* from, uint32_t elements) {
  return from == nullptr ? nullptr : static_cast<const T*>(from) + elements;
}
template <class T> DLTRAIN_GPU void* moved(void* from, uint32_t elements) {
  return from == nullptr ? nullptr : static_cast<T*>(from) + elements;
}

// Which step of a sequence it is: its number in memory, that of the step before it in the order of computing, and
// whether it is the first or the last in that order.
struct StepPlace {
  uint32_t number, before;
  bool is_first, is_last;
};

template <class T> struct LstmUnit {
  using Step = LstmStepParameters;
  static constexpr uint32_t gates = 4;

  DLTRAIN_GPU static Step at(const Step& all, const StepPlace& place) {
    const uint32_t states = all.samples * all.units;
    Step p = all;
    p.x = moved<T>(all.x, place.number * gates * states);
    p.mask = static_cast<const uint8_t*>(moved<uint8_t>(all.mask, place.number * all.samples));
    p.before = place.is_first ? nullptr : moved<T>(static_cast<const void*>(all.y), place.before * states);
    p.y = moved<T>(all.y, place.number * states);
    p.gates = moved<T>(all.gates, place.number * gates * states);
    p.cells = moved<T>(all.cells, place.number * states);
    p.last = place.is_last ? all.last : nullptr;
    return p;
  }

  // The state behind the step.
  template <class Product>
  DLTRAIN_GPU static float run(const Step& p, uint32_t sample, uint32_t unit, bool is_first, const Product& product) {
    const uint32_t i = sample * p.units + unit;
    const uint32_t row = sample * gates * p.units + unit;
    const auto sum = [&](uint32_t gate) { return read<T>(p.x, row + gate * p.units) + product(gate); };
    const float input = logistic(sum(0)), forget = logistic(sum(1));
    const float candidate = std::tanh(sum(2)), output = logistic(sum(3));
    const float before = is_first ? 0.0F : p.cell[i];
    float cell = forget * before + input * candidate;
    float y = output * std::tanh(cell);
    if (!takes_part(p.mask, sample)) {
      cell = before;
      y = read<T>(p.before, i);
    }
    p.cell[i] = cell;
    put<T>(p.y, i, y);
    put<T>(p.last, i, y);
    put<T>(p.cells, i, cell);
    const float all[gates] = {input, forget, candidate, output};
    for (uint32_t gate = 0; gate < gates; ++gate) put<T>(p.gates, row + gate * p.units, all[gate]);
    return y;
  }
};

template <class T> struct GruUnit {
  using Step = GruStepParameters;
  static constexpr uint32_t gates = 3;

  DLTRAIN_GPU static Step at(const Step& all, const StepPlace& place) {
    const uint32_t states = all.samples * all.units;
    Step p = all;
    p.x = moved<T>(all.x, place.number * gates * states);
    p.mask = static_cast<const uint8_t*>(moved<uint8_t>(all.mask, place.number * all.samples));
    p.y = moved<T>(all.y, place.number * states);
    p.gates = moved<T>(all.gates, place.number * gates * states);
    p.candidates = moved<T>(all.candidates, place.number * states);
    p.last = place.is_last ? all.last : nullptr;
    return p;
  }

  template <class Product>
  DLTRAIN_GPU static float run(const Step& p, uint32_t sample, uint32_t unit, bool is_first, const Product& product) {
    const uint32_t i = sample * p.units + unit;
    const uint32_t row = sample * gates * p.units + unit;
    const auto biased = [&](uint32_t gate) { return product(gate) + p.bias[unit + gate * p.units]; };
    const auto x = [&](uint32_t gate) { return read<T>(p.x, row + gate * p.units); };
    const float update = logistic(x(0) + biased(0)), reset = logistic(x(1) + biased(1));
    const float inner = biased(2);
    const float candidate = std::tanh(x(2) + reset * inner);
    const float before = is_first ? 0.0F : p.state[i];
    float state = update * before + (1 - update) * candidate;
    if (!takes_part(p.mask, sample)) state = before;
    p.state[i] = state;
    put<T>(p.y, i, state);
    put<T>(p.last, i, state);
    put<T>(p.candidates, i, inner);
    const float all[gates] = {update, reset, candidate};
    for (uint32_t gate = 0; gate < gates; ++gate) put<T>(p.gates, row + gate * p.units, all[gate]);
    return state;
  }
};

// --- backwards: `sums` gets the gradients of the products of the gates

template <class T> struct LstmGradUnit {
  using Step = LstmGradParameters;
  static constexpr uint32_t gates = 4;

  DLTRAIN_GPU static Step at(const Step& all, const StepPlace& place) {
    const uint32_t states = all.samples * all.units;
    Step p = all;
    p.gates = moved<T>(all.gates, place.number * gates * states);
    p.cell = moved<T>(all.cell, place.number * states);
    p.cell_before = place.is_first ? nullptr : moved<T>(all.cell, place.before * states);
    p.mask = static_cast<const uint8_t*>(moved<uint8_t>(all.mask, place.number * all.samples));
    p.y_flow = moved<T>(all.y_flow, place.number * states);
    p.last_flow = place.is_last ? all.last_flow : nullptr;
    p.gates_flow = moved<T>(all.gates_flow, place.number * gates * states);
    p.cells_flow = moved<T>(all.cells_flow, place.number * states);
    p.sums = moved<T>(all.sums, place.number * gates * states);
    p.is_last = place.is_last ? 1 : 0;
    return p;
  }

  template <class Product>
  DLTRAIN_GPU static void run(const Step& p, uint32_t sample, uint32_t unit, const Product& product,
                              float (&sums)[gates]) {
    const uint32_t i = sample * p.units + unit;
    const uint32_t row = sample * gates * p.units + unit;
    const auto gate = [&](uint32_t number) { return read<T>(p.gates, row + number * p.units); };
    const auto inflow = [&](uint32_t number) { return read<T>(p.gates_flow, row + number * p.units); };
    const float input = gate(0), forget = gate(1), candidate = gate(2), output = gate(3);
    const float later = p.is_last != 0 ? 0.0F : product(0) + p.state_flow[i];
    const float dh = later + read<T>(p.y_flow, i) + read<T>(p.last_flow, i);
    const float dc = (p.is_last != 0 ? 0.0F : p.cell_flow[i]) + read<T>(p.cells_flow, i);
    const bool active = takes_part(p.mask, sample);
    const float bent = std::tanh(read<T>(p.cell, i));
    const float h_flow = active ? dh : 0.0F;
    const float c_flow = (active ? dc : 0.0F) + h_flow * output * (1 - bent * bent);
    sums[0] = (c_flow * candidate + inflow(0)) * input * (1 - input);
    sums[1] = (c_flow * read<T>(p.cell_before, i) + inflow(1)) * forget * (1 - forget);
    sums[2] = (c_flow * input + inflow(2)) * (1 - candidate * candidate);
    sums[3] = (h_flow * bent + inflow(3)) * output * (1 - output);
    for (uint32_t number = 0; number < gates; ++number) put<T>(p.sums, row + number * p.units, sums[number]);
    p.state_flow[i] = active ? 0.0F : dh;
    p.cell_flow[i] = c_flow * forget + (active ? 0.0F : dc);
  }
};

template <class T> struct GruGradUnit {
  using Step = GruGradParameters;
  static constexpr uint32_t gates = 3;

  DLTRAIN_GPU static Step at(const Step& all, const StepPlace& place) {
    const uint32_t states = all.samples * all.units;
    Step p = all;
    p.gates = moved<T>(all.gates, place.number * gates * states);
    p.candidate = moved<T>(all.candidate, place.number * states);
    p.before = place.is_first ? nullptr : moved<T>(all.before, place.before * states);
    p.mask = static_cast<const uint8_t*>(moved<uint8_t>(all.mask, place.number * all.samples));
    p.y_flow = moved<T>(all.y_flow, place.number * states);
    p.last_flow = place.is_last ? all.last_flow : nullptr;
    p.gates_flow = moved<T>(all.gates_flow, place.number * gates * states);
    p.candidates_flow = moved<T>(all.candidates_flow, place.number * states);
    p.sums = moved<T>(all.sums, place.number * gates * states);
    p.product_sums = moved<T>(all.product_sums, place.number * gates * states);
    p.is_last = place.is_last ? 1 : 0;
    return p;
  }

  template <class Product>
  DLTRAIN_GPU static void run(const Step& p, uint32_t sample, uint32_t unit, const Product& product,
                              float (&sums)[gates]) {
    const uint32_t i = sample * p.units + unit;
    const uint32_t row = sample * gates * p.units + unit;
    const auto gate = [&](uint32_t number) { return read<T>(p.gates, row + number * p.units); };
    const auto inflow = [&](uint32_t number) { return read<T>(p.gates_flow, row + number * p.units); };
    const float update = gate(0), reset = gate(1), candidate = gate(2);
    const float later = p.is_last != 0 ? 0.0F : product(0) + p.state_flow[i];
    const float dh = later + read<T>(p.y_flow, i) + read<T>(p.last_flow, i);
    const bool active = takes_part(p.mask, sample);
    const float flow = active ? dh : 0.0F;
    const float before = read<T>(p.before, i);
    const float to_candidate = (flow * (1 - update) + inflow(2)) * (1 - candidate * candidate);
    const float to_reset = (to_candidate * read<T>(p.candidate, i) + inflow(1)) * reset * (1 - reset);
    const float to_update = (flow * (before - candidate) + inflow(0)) * update * (1 - update);
    sums[0] = to_update;
    sums[1] = to_reset;
    sums[2] = to_candidate * reset + read<T>(p.candidates_flow, i);
    const float to_x[gates] = {to_update, to_reset, to_candidate};
    for (uint32_t number = 0; number < gates; ++number) {
      const uint32_t place = row + number * p.units;
      put<T>(p.sums, place, to_x[number]);
      put<T>(p.product_sums, place, sums[number]);
      p.bias_sums[place] = sums[number] + (p.is_last != 0 ? 0.0F : p.bias_sums[place]);
    }
    p.state_flow[i] = flow * update + (active ? 0.0F : dh);
  }
};

}  // namespace dltrain::backends::cuda::device
