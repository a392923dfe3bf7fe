// Random numbers, a pure function of (seed, step, sample, element).
#include "core/random.h"
#include "backends/reference/evaluate.h"

namespace dltrain::backends::reference {

namespace {

void random_uniform(const Call& c) {
  const RandomStream stream(static_cast<uint64_t>(c.in(0).exact),
                            static_cast<uint64_t>(c.attributes.integer("stream")));
  const Shape& shape = c.out().shape();
  const auto per_sample = static_cast<uint64_t>(shape.rank() == 0 ? 1 : shape.from(1).elements());
  const auto step = static_cast<uint64_t>(c.in(1)[0]);
  const uint64_t first = static_cast<uint64_t>(c.in(2)[0]) * per_sample;
  for (size_t i = 0; i < c.out().values.size(); ++i) c.out().values[i] = stream.uniform(step, first + i);
}

}  // namespace

void register_random(Evaluations& table) { table.add("random_uniform", random_uniform); }

}  // namespace dltrain::backends::reference
