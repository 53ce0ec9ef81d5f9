// Matrix products as ops of TensorFlow.
#include "matmul.h"

#include "kernels.h"

namespace distiltune {

namespace {

/** a [M, K], or [K, M] where transposed; b [K, N], or [N, K]; transposed [2]: of a, of b; -> c [M, N]. */
template <typename Compute>
void product(Call& call, Compute&& compute) {
  const bool fits = call.size(2) == 2;
  const bool flipA = fits && call.ints(2)[0] != 0, flipB = fits && call.ints(2)[1] != 0;
  const int64_t inner = call.dim(0, flipA ? 0 : 1);
  if (!call.require(fits && call.dim(1, flipB ? 1 : 0) == inner, "Product: the shapes do not fit")) return;
  const Operand a{call.floats(0), call.dim(0, 1), call.dim(0, flipA ? 1 : 0), !flipA};
  const Operand b{call.floats(1), call.dim(1, 1), call.dim(1, flipB ? 0 : 1), flipB};
  float* const c = call.output(0, {a.lanes, b.lanes});
  if (!c || a.lanes == 0 || b.lanes == 0) return;
  if (inner == 0) std::fill(c, c + a.lanes * b.lanes, 0.0f);
  else call.require(compute(a, b, inner, c), "Product: no memory");
}

/** Of fewer rows than a tile's the tiles would multiply mostly nothing. */
constexpr int64_t kTileRows = 16;

void floatProduct(Call& call) {
  product(call, [&](const Operand& a, const Operand& b, int64_t inner, float* c) {
    const bool small = hasSmallProduct() && b.lanes % 16 == 0;
    if (hasTiles() && (a.lanes >= kTileRows || !small)) return tileProduct(3, a, b, inner, c);
    return call.require(small, "Product: not of this number of columns") && smallProduct(a, b, inner, c);
  });
}

void roundedProduct(Call& call) {
  product(call, [&](const Operand& a, const Operand& b, int64_t inner, float* c) {
    return hasTiles() ? tileProduct(1, a, b, inner, c) : bfloat16Product(a, b, inner, c);
  });
}

}  // namespace

const std::vector<Op> productOps = {
    {"DistiltuneProduct", {"a: float", "b: float", "transposed: int32"}, {"c: float"}, {}, compute<floatProduct>},
    {"DistiltuneBfloat16Product", {"a: float", "b: float", "transposed: int32"}, {"c: float"}, {}, compute<roundedProduct>},
};

}  // namespace distiltune
