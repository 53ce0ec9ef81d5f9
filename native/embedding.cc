#include "kernels.h"

namespace distiltune {
namespace {

/**
 * Rows added up by index, the gradient of a gather: rows [M, D], indices [M], like [N, D], of which only the shape is
 * read -> [N, D]. A negative index drops its row.
 */
void scatterRows(Call& call) {
  const int64_t rows = call.dim(0, 0), width = call.dim(0, 1), count = call.size(2) == 1 ? call.ints(2)[0] : -1;
  const int32_t* const indices = call.ints(1);
  bool fits = call.size(1) == rows && count >= 0;
  for (int64_t i = 0; fits && i < rows; i++) fits = indices[i] < count;
  if (!call.require(fits, "ScatterRows: the shapes or an index do not fit")) return;
  float* const out = call.output(0, {count, width});
  if (!out) return;
  const float* const in = call.floats(0);
  parallelFor(count * width, 1 << 16, [=](int64_t begin, int64_t end) { std::fill(out + begin, out + end, 0.0f); });
  // Each thread has columns of its own, so that rows may meet in one place and are added in their order.
  parallelFor((width + 63) / 64, 1, [=](int64_t begin, int64_t end) {
    const int64_t first = begin * 64, last = std::min(width, end * 64);
    for (int64_t i = 0; i < rows; i++) {
      if (indices[i] < 0) continue;
      const float* const from = in + i * width;
      float* const to = out + indices[i] * width;
#pragma omp simd
      for (int64_t j = first; j < last; j++) to[j] += from[j];
    }
  });
}

/** Dropout's factors, 0 or 1 / (1 - rate): shape [..], rate [1], seed [2] -> [elements]. */
void dropoutMask(Call& call) {
  if (!call.require(call.size(0) == 1 && call.size(1) == 1 && call.size(2) == 2, "DropoutMask: the shapes do not fit"))
    return;
  const int64_t elements = call.ints(0)[0];
  if (!call.require(elements >= 0, "DropoutMask: a negative size")) return;
  const Dropout dropout(call.floats(1)[0], call.ints(2));
  float* const out = call.output(0, {elements});
  if (!out) return;
  parallelFor(elements, 1 << 14, [=, &dropout](int64_t begin, int64_t end) {
#pragma omp simd
    for (int64_t i = begin; i < end; i++) out[i] = dropout.factor(static_cast<uint32_t>(i));
  });
}

}  // namespace

const std::vector<Op> embeddingOps = {
    {"DistiltuneScatterRows", {"rows: float", "indices: int32", "count: int32"}, {"sums: float"}, {}, compute<scatterRows>},
    {"DistiltuneDropoutMask", {"elements: int32", "rate: float", "seed: int32"}, {"mask: float"}, {}, compute<dropoutMask>},
};

}  // namespace distiltune
