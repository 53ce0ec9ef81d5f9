// A block of a matrix turned over in registers, for AVX-512.
#pragma once

#include <immintrin.h>

namespace distiltune {

/** 16 rows of 16 words become their columns. */
inline void transpose(__m512i r[16]) {
  __m512i t[16];
  for (int i = 0; i < 8; i++) {
    t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 4; i++) {
    r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
  for (int j = 0; j < 4; j++) {
    const __m512i even = _mm512_shuffle_i32x4(r[j], r[4 + j], 0x88), odd = _mm512_shuffle_i32x4(r[j], r[4 + j], 0xdd);
    const __m512i lowerEven = _mm512_shuffle_i32x4(r[8 + j], r[12 + j], 0x88);
    const __m512i lowerOdd = _mm512_shuffle_i32x4(r[8 + j], r[12 + j], 0xdd);
    t[j] = _mm512_shuffle_i32x4(even, lowerEven, 0x88);
    t[8 + j] = _mm512_shuffle_i32x4(even, lowerEven, 0xdd);
    t[4 + j] = _mm512_shuffle_i32x4(odd, lowerOdd, 0x88);
    t[12 + j] = _mm512_shuffle_i32x4(odd, lowerOdd, 0xdd);
  }
  for (int i = 0; i < 16; i++) r[i] = t[i];
}

}  // namespace distiltune
