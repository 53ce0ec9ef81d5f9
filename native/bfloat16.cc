// Products of matrices whose elements are rounded to bfloat16, for processors that multiply pairs of those at once.
#include "matmul.h"
#include "pool.h"

#if defined(__AVX512BF16__) && defined(__AVX512BW__)
#include "scratch.h"
#include "transpose.h"
#endif

namespace distiltune {

#if defined(__AVX512BF16__) && defined(__AVX512BW__)

namespace {

constexpr int64_t kStrip = 16;  // lanes of a vector
constexpr int64_t kRows = 8;    // of a tile of the result, which is kStrips vectors wide
constexpr int kStrips = 3;

inline __mmask16 firstOf(int64_t count) {
  return static_cast<__mmask16>(count >= kStrip ? 0xffff : count <= 0 ? 0 : (1u << count) - 1);
}

/**
 * One strip of an operand: for each pair of k, a word for each of 16 lanes that holds the pair, rounded to the nearest
 * bfloat16. Lanes and k beyond the operand are 0.
 */
void pack(const Operand& from, int64_t strip, int64_t inner, uint32_t* to) {
  const int64_t first = strip * kStrip, lanes = std::min(kStrip, from.lanes - first), pairs = (inner + 1) / 2;
  if (!from.along) {
    const __mmask16 mask = firstOf(lanes);
    alignas(64) static const uint16_t kInterleaved[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                          8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    const __m512i order = _mm512_load_si512(kInterleaved);
    const float* row = from.data + first;
    for (int64_t p = 0; p < pairs; p++, row += 2 * from.stride) {
      const __m512 low = _mm512_maskz_loadu_ps(mask, row);
      const __m512 high = _mm512_maskz_loadu_ps(2 * p + 1 < inner ? mask : 0, row + from.stride);
      const __m512i both = (__m512i)_mm512_cvtne2ps_pbh(high, low);
      _mm512_store_si512(to + p * kStrip, _mm512_permutexvar_epi16(order, both));
    }
    return;
  }
  for (int64_t p = 0; p < pairs; p += kStrip) {
    __m512i rows[16];
    const int64_t k = 2 * p;
    const __mmask16 low = firstOf(inner - k), high = firstOf(inner - k - kStrip);
    for (int64_t i = 0; i < kStrip; i++) {
      if (i >= lanes) {
        rows[i] = _mm512_setzero_si512();
        continue;
      }
      const float* const row = from.data + (first + i) * from.stride + k;
      rows[i] = (__m512i)_mm512_cvtne2ps_pbh(_mm512_maskz_loadu_ps(high, row + kStrip), _mm512_maskz_loadu_ps(low, row));
    }
    transpose(rows);
    const int64_t count = std::min(kStrip, pairs - p);
    for (int64_t i = 0; i < count; i++) _mm512_store_si512(to + (p + i) * kStrip, rows[i]);
  }
}

/** A tile of the result, [rows, columns]: 8 lanes of a strip of the left operand, `STRIPS` strips of the right one. */
template <int STRIPS>
void tile(int64_t pairs, const uint32_t* left, const uint32_t* right, float* c, int64_t ldc, int64_t rows, int64_t columns) {
  __m512 sums[kRows][STRIPS];
  for (int i = 0; i < kRows; i++)
    for (int s = 0; s < STRIPS; s++) sums[i][s] = _mm512_setzero_ps();
  for (int64_t p = 0; p < pairs; p++) {
    __m512bh b[STRIPS];
    for (int s = 0; s < STRIPS; s++) b[s] = (__m512bh)_mm512_load_si512(right + (s * pairs + p) * kStrip);
    for (int i = 0; i < kRows; i++) {
      const __m512bh a = (__m512bh)_mm512_set1_epi32(static_cast<int>(left[p * kStrip + i]));
      for (int s = 0; s < STRIPS; s++) sums[i][s] = _mm512_dpbf16_ps(sums[i][s], a, b[s]);
    }
  }
  for (int i = 0; i < kRows; i++) {
    if (i >= rows) return;
    for (int s = 0; s < STRIPS; s++)
      _mm512_mask_storeu_ps(c + i * ldc + s * kStrip, firstOf(columns - s * kStrip), sums[i][s]);
  }
}

}  // namespace

bool hasBfloat16Product() { return true; }

bool bfloat16Product(const Operand& a, const Operand& b, int64_t inner, float* c) {
  const int64_t rows = a.lanes, columns = b.lanes;
  const int64_t pairs = (inner + 1) / 2, strip = pairs * kStrip;
  const int64_t stripsB = (columns + kStrip - 1) / kStrip, stripsA = (rows + kStrip - 1) / kStrip;

  thread_local Scratch<uint32_t> right;
  uint32_t* const packed = right.of(stripsB * strip);
  if (!packed) return false;
  parallelFor(stripsB, 1, [&](int64_t begin, int64_t end) {
    for (int64_t s = begin; s < end; s++) pack(b, s, inner, packed + s * strip);
  });

  // Blocks of rows that stay in a core's own cache while the right operand passes by.
  std::atomic<bool> failed{false};
  const int64_t blocks = std::min(stripsA, std::max((stripsA + 7) / 8, 4 * static_cast<int64_t>(pool().threads())));
  pool().run(blocks, [&](int64_t block) {
    const int64_t begin = stripsA * block / blocks, end = stripsA * (block + 1) / blocks;
    thread_local Scratch<uint32_t> leftMemory;
    uint32_t* const left = leftMemory.of((end - begin) * strip);
    if (!left) {
      failed = true;
      return;
    }
    for (int64_t s = begin; s < end; s++) pack(a, s, inner, left + (s - begin) * strip);
    for (int64_t j = 0; j < stripsB; j += kStrips) {
      const uint32_t* const strips = packed + j * strip;
      const int64_t wide = columns - j * kStrip;
      for (int64_t i = begin * kStrip; i < std::min(rows, end * kStrip); i += kRows) {
        const uint32_t* const lanes = left + (i / kStrip - begin) * strip + i % kStrip;
        float* const to = c + i * columns + j * kStrip;
        const int64_t high = rows - i;
        if (stripsB - j >= 3) tile<3>(pairs, lanes, strips, to, columns, high, wide);
        else if (stripsB - j == 2) tile<2>(pairs, lanes, strips, to, columns, high, wide);
        else tile<1>(pairs, lanes, strips, to, columns, high, wide);
      }
    }
  });
  return !failed;
}

#else

bool hasBfloat16Product() { return false; }
bool bfloat16Product(const Operand&, const Operand&, int64_t, float*) { return false; }

#endif

}  // namespace distiltune
