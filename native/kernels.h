// The ops of distiltune, each in the file of its kind.
#pragma once

#include <algorithm>
#include <vector>

#include "numbers.h"
#include "op.h"
#include "pool.h"

namespace distiltune {

extern const std::vector<Op> activationOps;
extern const std::vector<Op> normOps;
extern const std::vector<Op> attentionOps;
extern const std::vector<Op> embeddingOps;
extern const std::vector<Op> optimizerOps;
extern const std::vector<Op> productOps;

/**
 * Sums over rows, such as a bias's gradient, are made block by block and then added up in order: the result depends on
 * the number of rows only.
 */
inline int64_t blocksOf(int64_t rows) { return std::clamp<int64_t>(rows / 16, 1, 32); }

/** Runs `work(block, firstRow, endRow)` for each block of `rows`, in parallel. */
template <typename Work>
void forBlocks(int64_t rows, Work&& work) {
  const int64_t blocks = blocksOf(rows);
  parallelFor(blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; b++) work(b, rows * b / blocks, rows * (b + 1) / blocks);
  });
}

/** to[j] = sum over blocks of partial[block * stride + j] */
inline void sumBlocks(const float* partial, int64_t blocks, int64_t stride, int64_t width, float* to) {
  std::copy(partial, partial + width, to);
  for (int64_t b = 1; b < blocks; b++) {
    const float* from = partial + b * stride;
#pragma omp simd
    for (int64_t j = 0; j < width; j++) to[j] += from[j];
  }
}

}  // namespace distiltune
