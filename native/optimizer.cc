#include "kernels.h"

namespace distiltune {
namespace {

/** A piece of one of many tensors: small enough for a core's cache, large enough to be worth handing out. */
struct Piece {
  int tensor;
  int64_t begin;
  int64_t end;
};

std::vector<Piece> piecesOf(const std::vector<int64_t>& sizes) {
  constexpr int64_t kElements = 1 << 15;
  std::vector<Piece> pieces;
  for (int t = 0; t < static_cast<int>(sizes.size()); t++)
    for (int64_t begin = 0; begin < sizes[t]; begin += kElements)
      pieces.push_back({t, begin, std::min(begin + kElements, sizes[t])});
  return pieces;
}

/** N tensors -> [2]: the sum of all squares, in double precision, as a float and what that float lacks. */
void sumOfSquares(Call& call) {
  std::vector<int64_t> sizes;
  for (int t = 0; t < call.inputs(); t++) sizes.push_back(call.size(t));
  float* const out = call.output(0, {2});
  if (!out) return;
  const std::vector<Piece> pieces = piecesOf(sizes);
  std::vector<double> sums(pieces.size());
  parallelFor(static_cast<int64_t>(pieces.size()), 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) {
      const float* const x = call.floats(pieces[i].tensor);
      double sum = 0;
      for (int64_t from = pieces[i].begin; from < pieces[i].end; from += 256) {
        const int64_t to = std::min(from + 256, pieces[i].end);
        float part = 0;
#pragma omp simd reduction(+ : part)
        for (int64_t j = from; j < to; j++) part += x[j] * x[j];
        sum += part;
      }
      sums[i] = sum;
    }
  });
  double total = 0;
  for (const double sum : sums) total += sum;
  out[0] = static_cast<float>(total);
  out[1] = std::isfinite(out[0]) ? static_cast<float>(total - out[0]) : 0.0f;
}

/**
 * AdamW (Loshchilov & Hutter 2019) over N weights in one pass, as torch.optim.AdamW computes it.
 * options [1 - beta1, beta2, 1 - beta2, epsilon, sqrt(1 - beta2^t), gradient scale], each rounded to float once (1 - beta2
 * of a float beta2 would be off by 5e-5 of itself); rates [N, 2]: learning rate / (1 - beta1^t), and
 * 1 - learning rate x decay; then N weights, N first and N second moments, which are written to, and N gradients.
 */
void adamW(Call& call) {
  constexpr int kFirst = 2;
  const int count = (call.inputs() - kFirst) / 4;
  bool fits = call.size(0) == 6 && call.size(1) == 2 * count;
  std::vector<int64_t> sizes;
  for (int t = 0; t < count; t++) {
    const int64_t size = call.size(kFirst + t);
    for (int part = 1; part < 4; part++) fits = fits && call.size(kFirst + part * count + t) == size;
    sizes.push_back(size);
  }
  if (!call.require(fits, "AdamW: the shapes do not fit")) return;
  const float* const options = call.floats(0);
  const float share1 = options[0], beta2 = options[1], share2 = options[2], epsilon = options[3];
  const float inverseRoot = 1.0f / options[4], scale = options[5];
  const float* const rates = call.floats(1);
  const std::vector<Piece> pieces = piecesOf(sizes);
  parallelFor(static_cast<int64_t>(pieces.size()), 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) {
      const int t = pieces[i].tensor;
      const int64_t begin = pieces[i].begin, end = pieces[i].end;
      float* const w = call.mutableFloats(kFirst + t);
      float* const m = call.mutableFloats(kFirst + count + t);
      float* const v = call.mutableFloats(kFirst + 2 * count + t);
      const float* const g = call.floats(kFirst + 3 * count + t);
      const float rate = rates[2 * t], decay = rates[2 * t + 1];
#pragma omp simd
      for (int64_t j = begin; j < end; j++) {
        const float gradient = g[j] * scale;
        const float m1 = m[j] + share1 * (gradient - m[j]);
        const float m2 = beta2 * v[j] + share2 * gradient * gradient;
        m[j] = m1;
        v[j] = m2;
        w[j] = w[j] * decay - rate * m1 / (std::sqrt(m2) * inverseRoot + epsilon);
      }
    }
  });
}

}  // namespace

const std::vector<Op> optimizerOps = {
    {"DistiltuneSumOfSquares", {"x: N * float"}, {"sum: float"}, {"N: int >= 1"}, compute<sumOfSquares>},
    {"DistiltuneAdamW",
     {"options: float", "rates: float", "weights: N * float", "moments1: N * float", "moments2: N * float",
      "gradients: N * float"},
     {},
     {"N: int >= 1"},
     compute<adamW>},
};

}  // namespace distiltune
