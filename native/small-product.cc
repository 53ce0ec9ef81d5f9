// Matrix products of few multiplications, on all threads, for processors with AVX-512.
#include "matmul.h"
#include "pool.h"
#include "product.h"
#include "scratch.h"

#if defined(__AVX512F__)
#include "transpose.h"
#endif

namespace distiltune {

#if defined(__AVX512F__)

namespace {

// Columns of a tile of the result, which has 8 rows: all in registers.
constexpr int64_t kWidth = 3 * kLanes;
// So many k of a strip of the right side are packed at once: 36 KB, which stay in a core's first cache while the left side passes by.
constexpr int64_t kDeep = 192;

/** to[k * toStride + j] = from[j * stride + k] for `columns` j, `deep` k. */
void turn(const float* from, int64_t stride, int64_t columns, int64_t deep, float* to, int64_t toStride) {
  const int64_t wide = columns / 16 * 16, high = deep / 16 * 16;
  for (int64_t k = 0; k < high; k += 16) {
    for (int64_t j = 0; j < wide; j += 16) {
      __m512i block[16];
      for (int i = 0; i < 16; i++) block[i] = _mm512_loadu_si512(from + (j + i) * stride + k);
      transpose(block);
      for (int i = 0; i < 16; i++) _mm512_storeu_si512(to + (k + i) * toStride + j, block[i]);
    }
  }
  for (int64_t j = 0; j < columns; j++)
    for (int64_t k = j < wide ? high : 0; k < deep; k++) to[k * toStride + j] = from[j * stride + k];
}

}  // namespace

bool hasSmallProduct() { return true; }

bool smallProduct(const Operand& left, const Operand& right, int64_t inner, float* c) {
  const int64_t rows = left.lanes, columns = right.lanes, ldb = right.stride;
  const bool flipA = !left.along, flipB = right.along;
  const float* a = left.data;
  const float* const b = right.data;
  if (flipA) {
    thread_local Scratch<float> turned;
    float* const to = turned.of(rows * inner);
    if (!to) return false;
    parallelFor((rows + 15) / 16, 1, [&](int64_t begin, int64_t end) {
      const int64_t first = 16 * begin, last = std::min(rows, 16 * end);
      turn(a + first, rows, inner, last - first, to + first * inner, inner);
    });
    a = to;
  }
  const int64_t strips = (columns + kWidth - 1) / kWidth, threads = pool().threads();
  const int64_t parts = std::clamp<int64_t>(2 * threads / strips, 1, (rows + 63) / 64);
  pool().run(strips * parts, [&](int64_t task) {
    const int64_t part = task % parts, begin = rows * part / parts, end = rows * (part + 1) / parts;
    const int64_t first = task / parts * kWidth, width = std::min(kWidth, columns - first);
    alignas(64) thread_local float packed[kDeep * kWidth];
    for (int64_t k = 0; k < inner; k += kDeep) {
      const int64_t deep = std::min(kDeep, inner - k);
      if (flipB) turn(b + first * ldb + k, ldb, width, deep, packed, kWidth);
      else for (int64_t i = 0; i < deep; i++) std::memcpy(packed + i * kWidth, b + (k + i) * ldb + first, width * sizeof(float));
      // Weights come from memory. This thread's next block of b lies later in the strip, else at the beginning of the strip that it may
      // take next, and is fetched while this one is computed with.
      const bool later = k + kDeep < inner;
      const int64_t nextFirst = later ? first : (task + threads) / parts * kWidth, nextK = later ? k + kDeep : 0;
      const int64_t top = flipB ? nextFirst : nextK, side = flipB ? nextK : nextFirst;
      const int64_t high = std::min(flipB ? kWidth : kDeep, (flipB ? columns : inner) - top), wide = std::min(flipB ? kDeep : kWidth, ldb - side);
      const int64_t steps = (end - begin + 7) / 8;
      for (int64_t step = 0; step < steps; step++) {
        for (int64_t i = high * step / steps; i < high * (step + 1) / steps; i++)
          for (int64_t j = 0; j < wide; j += 16) _mm_prefetch(b + (top + i) * ldb + side + j, _MM_HINT_T1);
        const int64_t from = begin + 8 * step, count = std::min<int64_t>(8, end - from);
        const View view{a + from * inner + k, inner, 1};
        float* const to = c + from * columns + first;
        if (width == 3 * kLanes) panel<3>(count, deep, view, packed, kWidth, to, columns, k > 0);
        else if (width == 2 * kLanes) panel<2>(count, deep, view, packed, kWidth, to, columns, k > 0);
        else panel<1>(count, deep, view, packed, kWidth, to, columns, k > 0);
      }
    }
  });
  return true;
}

#else

bool hasSmallProduct() { return false; }
bool smallProduct(const Operand&, const Operand&, int64_t, float*) { return false; }

#endif

}  // namespace distiltune
