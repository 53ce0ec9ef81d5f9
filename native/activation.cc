#include "kernels.h"

namespace distiltune {
namespace {

/** The exact one (Hendrycks & Gimpel 2016): v Phi(v). */
struct Gelu {
  static float value(float v) { return v * normal(v).cdf; }
  static float slope(float v) {
    const Normal n = normal(v);
    return n.cdf + v * n.density;
  }
};

struct Relu {
  static float value(float v) { return v > 0 ? v : 0; }
  static float slope(float v) { return v > 0 ? 1.0f : 0.0f; }
};

/** y = f(x + bias). x [T, F], bias [F] -> y [T, F]. */
template <typename Function>
void activation(Call& call) {
  const int64_t rows = call.dim(0, 0), width = call.dim(0, 1);
  if (!call.require(call.size(1) == width, "Activation: the bias does not fit")) return;
  float* const out = call.output(0, {rows, width});
  if (!out) return;
  const float* const in = call.floats(0);
  const float* const bias = call.floats(1);
  parallelFor(rows, 4, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const float* const x = in + i * width;
      float* const y = out + i * width;
#pragma omp simd
      for (int64_t j = 0; j < width; j++) y[j] = Function::value(x[j] + bias[j]);
    }
  });
}

/** x [T, F], bias [F], dy [T, F] -> dx [T, F] = dy f'(x + bias); dBias [F]. */
template <typename Function>
void activationGradient(Call& call) {
  const int64_t rows = call.dim(0, 0), width = call.dim(0, 1);
  if (!call.require(call.size(1) == width && call.size(2) == rows * width, "ActivationGradient: the shapes do not fit"))
    return;
  float* const out = call.output(0, {rows, width});
  float* const dBias = call.output(1, {width});
  if (!out || !dBias) return;
  const float* const in = call.floats(0);
  const float* const bias = call.floats(1);
  const float* const gradient = call.floats(2);
  const int64_t blocks = blocksOf(rows);
  std::vector<float> partial(blocks * width, 0.0f);
  forBlocks(rows, [&](int64_t block, int64_t first, int64_t end) {
    float* const sums = partial.data() + block * width;
    for (int64_t i = first; i < end; i++) {
      const float* const x = in + i * width;
      const float* const dy = gradient + i * width;
      float* const dx = out + i * width;
#pragma omp simd
      for (int64_t j = 0; j < width; j++) {
        const float d = dy[j] * Function::slope(x[j] + bias[j]);
        dx[j] = d;
        sums[j] += d;
      }
    }
  });
  sumBlocks(partial.data(), blocks, width, width, dBias);
}

}  // namespace

const std::vector<Op> activationOps = {
    {"DistiltuneBiasGelu", {"x: float", "bias: float"}, {"y: float"}, {}, compute<activation<Gelu>>},
    {"DistiltuneBiasGeluGradient",
     {"x: float", "bias: float", "dy: float"},
     {"dx: float", "dbias: float"},
     {},
     compute<activationGradient<Gelu>>},
    {"DistiltuneBiasRelu", {"x: float", "bias: float"}, {"y: float"}, {}, compute<activation<Relu>>},
    {"DistiltuneBiasReluGradient",
     {"x: float", "bias: float", "dy: float"},
     {"dx: float", "dbias: float"},
     {},
     compute<activationGradient<Relu>>},
};

}  // namespace distiltune
