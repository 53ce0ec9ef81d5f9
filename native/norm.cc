#include "kernels.h"

namespace distiltune {
namespace {

/** row -> (row - mean) / sqrt(variance + epsilon), in place; returns 1 / sqrt(...). Two passes: a large mean costs nothing. */
inline float normalize(float* row, int64_t width, float epsilon) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = 0; j < width; j++) sum += row[j];
  const float mean = sum / width;
  float squares = 0;
#pragma omp simd reduction(+ : squares)
  for (int64_t j = 0; j < width; j++) {
    const float centred = row[j] - mean;
    squares += centred * centred;
  }
  const float inverse = 1.0f / std::sqrt(squares / width + epsilon);
#pragma omp simd
  for (int64_t j = 0; j < width; j++) row[j] = (row[j] - mean) * inverse;
  return inverse;
}

/** Memory of one row for who needs it for a moment. */
inline float* scratchRow(int64_t width) {
  thread_local std::vector<float> row;
  if (static_cast<int64_t>(row.size()) < width) row.resize(width);
  return row.data();
}

/**
 * y = norm(dropout(x + bias) + residual) gamma + beta.
 * x, residual [T, D]; bias, gamma, beta [D]; options [epsilon, rate, save]; seed [2].
 * -> y [T, D]; normalized [T, D] and inverse deviation [T], both empty unless `save` is 1.
 */
void residualNorm(Call& call) {
  const int64_t rows = call.dim(0, 0), width = call.dim(0, 1);
  if (!call.require(call.size(1) == width && call.size(2) == rows * width && call.size(3) == width &&
                        call.size(4) == width && call.size(5) == 3 && call.size(6) == 2,
                    "ResidualNorm: the shapes do not fit"))
    return;
  const float* const options = call.floats(5);
  const float epsilon = options[0];
  const Dropout shared(options[1], call.ints(6));
  const bool save = options[2] != 0;
  float* const out = call.output(0, {rows, width});
  float* const normalized = save ? call.output(1, {rows, width}) : call.output(1, {0, width});
  float* const inverse = save ? call.output(2, {rows}) : call.output(2, {0});
  if (!out || (save && (!normalized || !inverse))) return;
  const float* const in = call.floats(0);
  const float* const bias = call.floats(1);
  const float* const residual = call.floats(2);
  const float* const gamma = call.floats(3);
  const float* const beta = call.floats(4);
  parallelFor(rows, 8, [=, &shared](int64_t begin, int64_t end) {
    const Dropout dropout = shared;
    for (int64_t i = begin; i < end; i++) {
      const float* const x = in + i * width;
      const float* const r = residual + i * width;
      float* const n = save ? normalized + i * width : scratchRow(width);
      if (dropout.any()) {
        const uint32_t first = static_cast<uint32_t>(i * width);
#pragma omp simd
        for (int64_t j = 0; j < width; j++)
          n[j] = (x[j] + bias[j]) * dropout.factor(first + static_cast<uint32_t>(j)) + r[j];
      } else {
#pragma omp simd
        for (int64_t j = 0; j < width; j++) n[j] = x[j] + bias[j] + r[j];
      }
      const float deviation = normalize(n, width, epsilon);
      if (save) inverse[i] = deviation;
      float* const y = out + i * width;
#pragma omp simd
      for (int64_t j = 0; j < width; j++) y[j] = n[j] * gamma[j] + beta[j];
    }
  });
}

/**
 * The gradient of `residualNorm` at a dy that comes in parts, which are added up.
 * normalized [T, D]; inverse deviation [T]; gamma [D]; options [rate]; seed [2]; dy N x [T, D].
 * -> dx [T, D], the residual's; dropped [T, D], the gradient at x (empty without dropout: the same as dx); dGamma, dBeta,
 * dBias [D].
 */
void residualNormGradient(Call& call) {
  const int64_t rows = call.dim(0, 0), width = call.dim(0, 1);
  constexpr int kFirstPart = 5;
  const int parts = call.inputs() - kFirstPart;
  bool fits = call.size(1) == rows && call.size(2) == width && call.size(3) == 1 && call.size(4) == 2 && parts > 0;
  for (int p = 0; p < parts; p++) fits = fits && call.size(kFirstPart + p) == rows * width;
  if (!call.require(fits, "ResidualNormGradient: the shapes do not fit")) return;
  const Dropout shared(call.floats(3)[0], call.ints(4));
  float* const dxs = call.output(0, {rows, width});
  float* const droppeds = shared.any() ? call.output(1, {rows, width}) : call.output(1, {0, width});
  float* const dGamma = call.output(2, {width});
  float* const dBeta = call.output(3, {width});
  float* const dBias = call.output(4, {width});
  if (!dxs || !dGamma || !dBeta || !dBias || (shared.any() && !droppeds)) return;
  const float* const normalized = call.floats(0);
  const float* const inverse = call.floats(1);
  const float* const gamma = call.floats(2);
  std::vector<const float*> dys(parts);
  for (int p = 0; p < parts; p++) dys[p] = call.floats(kFirstPart + p);
  const int64_t blocks = blocksOf(rows);
  std::vector<float> partial(blocks * 3 * width, 0.0f);
  forBlocks(rows, [&](int64_t block, int64_t first, int64_t end) {
    const Dropout dropout = shared;
    float* const gammaSum = partial.data() + block * 3 * width;
    float* const betaSum = gammaSum + width;
    float* const biasSum = betaSum + width;
    float* const dy = scratchRow(width);
    for (int64_t i = first; i < end; i++) {
      const float* const n = normalized + i * width;
      std::copy(dys[0] + i * width, dys[0] + (i + 1) * width, dy);
      for (int p = 1; p < parts; p++) {
        const float* const more = dys[p] + i * width;
#pragma omp simd
        for (int64_t j = 0; j < width; j++) dy[j] += more[j];
      }
      float sum = 0, projection = 0;
#pragma omp simd reduction(+ : sum, projection)
      for (int64_t j = 0; j < width; j++) {
        const float h = dy[j] * gamma[j];
        gammaSum[j] += dy[j] * n[j];
        betaSum[j] += dy[j];
        sum += h;
        projection += h * n[j];
      }
      const float mean = sum / width, along = projection / width, deviation = inverse[i];
      float* const dx = dxs + i * width;
      if (dropout.any()) {
        float* const dropped = droppeds + i * width;
        const uint32_t firstElement = static_cast<uint32_t>(i * width);
#pragma omp simd
        for (int64_t j = 0; j < width; j++) {
          const float d = (dy[j] * gamma[j] - mean - n[j] * along) * deviation;
          const float kept = d * dropout.factor(firstElement + static_cast<uint32_t>(j));
          dx[j] = d;
          dropped[j] = kept;
          biasSum[j] += kept;
        }
      } else {
#pragma omp simd
        for (int64_t j = 0; j < width; j++) {
          const float d = (dy[j] * gamma[j] - mean - n[j] * along) * deviation;
          dx[j] = d;
          biasSum[j] += d;
        }
      }
    }
  });
  sumBlocks(partial.data(), blocks, 3 * width, width, dGamma);
  sumBlocks(partial.data() + width, blocks, 3 * width, width, dBeta);
  sumBlocks(partial.data() + 2 * width, blocks, 3 * width, width, dBias);
}

/**
 * The embeddings: y = dropout(norm(words[ids] + places[positions]) gamma + beta).
 * words [V, D]; places [P, D]; ids, positions [T]; gamma, beta [D]; options [epsilon, rate, save]; seed [2].
 * -> y [T, D]; normalized [T, D] and inverse deviation [T], both empty unless `save` is 1.
 */
void embeddingNorm(Call& call) {
  const int64_t vocabulary = call.dim(0, 0), width = call.dim(0, 1), places = call.dim(1, 0), rows = call.dim(2, 0);
  if (!call.require(call.dim(1, 1) == width && call.size(3) == rows && call.size(4) == width &&
                        call.size(5) == width && call.size(6) == 3 && call.size(7) == 2,
                    "EmbeddingNorm: the shapes do not fit"))
    return;
  const int32_t* const ids = call.ints(2);
  const int32_t* const positions = call.ints(3);
  bool inside = true;
  for (int64_t i = 0; i < rows; i++)
    inside = inside && ids[i] >= 0 && ids[i] < vocabulary && positions[i] >= 0 && positions[i] < places;
  if (!call.require(inside, "EmbeddingNorm: an id or a position is out of range")) return;
  const float* const options = call.floats(6);
  const float epsilon = options[0];
  const Dropout shared(options[1], call.ints(7));
  const bool save = options[2] != 0;
  float* const out = call.output(0, {rows, width});
  float* const normalized = save ? call.output(1, {rows, width}) : call.output(1, {0, width});
  float* const inverse = save ? call.output(2, {rows}) : call.output(2, {0});
  if (!out || (save && (!normalized || !inverse))) return;
  const float* const words = call.floats(0);
  const float* const place = call.floats(1);
  const float* const gamma = call.floats(4);
  const float* const beta = call.floats(5);
  parallelFor(rows, 8, [=, &shared](int64_t begin, int64_t end) {
    const Dropout dropout = shared;
    for (int64_t i = begin; i < end; i++) {
      const float* const w = words + ids[i] * width;
      const float* const p = place + positions[i] * width;
      float* const n = save ? normalized + i * width : scratchRow(width);
#pragma omp simd
      for (int64_t j = 0; j < width; j++) n[j] = w[j] + p[j];
      const float deviation = normalize(n, width, epsilon);
      if (save) inverse[i] = deviation;
      float* const y = out + i * width;
      const uint32_t first = static_cast<uint32_t>(i * width);
#pragma omp simd
      for (int64_t j = 0; j < width; j++) y[j] = n[j] * gamma[j] + beta[j];
      if (!dropout.any()) continue;
#pragma omp simd
      for (int64_t j = 0; j < width; j++) y[j] *= dropout.factor(first + static_cast<uint32_t>(j));
    }
  });
}

/**
 * The gradient of `embeddingNorm` at the sum of its rows, before they are added to the tables.
 * normalized [T, D]; inverse deviation [T]; gamma [D]; options [rate]; seed [2]; dy N x [T, D].
 * -> dx [T, D]; dGamma, dBeta [D].
 */
void embeddingNormGradient(Call& call) {
  const int64_t rows = call.dim(0, 0), width = call.dim(0, 1);
  constexpr int kFirstPart = 5;
  const int parts = call.inputs() - kFirstPart;
  bool fits = call.size(1) == rows && call.size(2) == width && call.size(3) == 1 && call.size(4) == 2 && parts > 0;
  for (int p = 0; p < parts; p++) fits = fits && call.size(kFirstPart + p) == rows * width;
  if (!call.require(fits, "EmbeddingNormGradient: the shapes do not fit")) return;
  const Dropout shared(call.floats(3)[0], call.ints(4));
  float* const dxs = call.output(0, {rows, width});
  float* const dGamma = call.output(1, {width});
  float* const dBeta = call.output(2, {width});
  if (!dxs || !dGamma || !dBeta) return;
  const float* const normalized = call.floats(0);
  const float* const inverse = call.floats(1);
  const float* const gamma = call.floats(2);
  std::vector<const float*> dys(parts);
  for (int p = 0; p < parts; p++) dys[p] = call.floats(kFirstPart + p);
  const int64_t blocks = blocksOf(rows);
  std::vector<float> partial(blocks * 2 * width, 0.0f);
  forBlocks(rows, [&](int64_t block, int64_t first, int64_t end) {
    const Dropout dropout = shared;
    float* const gammaSum = partial.data() + block * 2 * width;
    float* const betaSum = gammaSum + width;
    float* const dy = scratchRow(width);
    for (int64_t i = first; i < end; i++) {
      const float* const n = normalized + i * width;
      std::copy(dys[0] + i * width, dys[0] + (i + 1) * width, dy);
      for (int p = 1; p < parts; p++) {
        const float* const more = dys[p] + i * width;
#pragma omp simd
        for (int64_t j = 0; j < width; j++) dy[j] += more[j];
      }
      if (dropout.any()) {
        const uint32_t firstElement = static_cast<uint32_t>(i * width);
#pragma omp simd
        for (int64_t j = 0; j < width; j++) dy[j] *= dropout.factor(firstElement + static_cast<uint32_t>(j));
      }
      float sum = 0, projection = 0;
#pragma omp simd reduction(+ : sum, projection)
      for (int64_t j = 0; j < width; j++) {
        const float h = dy[j] * gamma[j];
        gammaSum[j] += dy[j] * n[j];
        betaSum[j] += dy[j];
        sum += h;
        projection += h * n[j];
      }
      const float mean = sum / width, along = projection / width, deviation = inverse[i];
      float* const dx = dxs + i * width;
#pragma omp simd
      for (int64_t j = 0; j < width; j++) dx[j] = (dy[j] * gamma[j] - mean - n[j] * along) * deviation;
    }
  });
  sumBlocks(partial.data(), blocks, 2 * width, width, dGamma);
  sumBlocks(partial.data() + width, blocks, 2 * width, width, dBeta);
}

}  // namespace

const std::vector<Op> normOps = {
    {"DistiltuneResidualNorm",
     {"x: float", "bias: float", "residual: float", "gamma: float", "beta: float", "options: float", "seed: int32"},
     {"y: float", "normalized: float", "inverse: float"},
     {},
     compute<residualNorm>},
    {"DistiltuneResidualNormGradient",
     {"normalized: float", "inverse: float", "gamma: float", "options: float", "seed: int32", "dy: N * float"},
     {"dx: float", "dropped: float", "dgamma: float", "dbeta: float", "dbias: float"},
     {"N: int >= 1"},
     compute<residualNormGradient>},
    {"DistiltuneEmbeddingNorm",
     {"words: float", "places: float", "ids: int32", "positions: int32", "gamma: float", "beta: float",
      "options: float", "seed: int32"},
     {"y: float", "normalized: float", "inverse: float"},
     {},
     compute<embeddingNorm>},
    {"DistiltuneEmbeddingNormGradient",
     {"normalized: float", "inverse: float", "gamma: float", "options: float", "seed: int32", "dy: N * float"},
     {"dx: float", "dgamma: float", "dbeta: float"},
     {"N: int >= 1"},
     compute<embeddingNormGradient>},
};

}  // namespace distiltune
