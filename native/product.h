// Products of matrices that lie in a core's cache: those inside attention.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace distiltune {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif

typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));

inline Lanes load(const float* from) {
  Lanes v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
inline void store(float* to, Lanes v) { std::memcpy(to, &v, sizeof v); }

/** The next multiple of the vector's width. */
inline int64_t padded(int64_t n) { return (n + kLanes - 1) / kLanes * kLanes; }

/** A matrix whose element (i, k) is data[i * row + k * column]: also a transposed one. */
struct View {
  const float* data;
  int64_t row;
  int64_t column;
};

template <int ROWS, int VECTORS>
inline void tile(int64_t inner, const float* a, int64_t row, int64_t column, const float* b, int64_t ldb, float* c,
                 int64_t ldc, bool accumulate) {
  Lanes sums[ROWS][VECTORS];
  for (int i = 0; i < ROWS; i++)
    for (int v = 0; v < VECTORS; v++) sums[i][v] = accumulate ? load(c + i * ldc + v * kLanes) : Lanes{};
  for (int64_t k = 0; k < inner; k++) {
    Lanes right[VECTORS];
    for (int v = 0; v < VECTORS; v++) right[v] = load(b + k * ldb + v * kLanes);
    for (int i = 0; i < ROWS; i++) {
      const float left = a[i * row + k * column];
      for (int v = 0; v < VECTORS; v++) sums[i][v] += left * right[v];
    }
  }
  for (int i = 0; i < ROWS; i++)
    for (int v = 0; v < VECTORS; v++) store(c + i * ldc + v * kLanes, sums[i][v]);
}

template <int VECTORS>
inline void panel(int64_t rows, int64_t inner, View a, const float* b, int64_t ldb, float* c, int64_t ldc,
                  bool accumulate) {
  int64_t i = 0;
  const auto rowsOf = [&](auto count) {
    constexpr int kRows = decltype(count)::value;
    tile<kRows, VECTORS>(inner, a.data + i * a.row, a.row, a.column, b, ldb, c + i * ldc, ldc, accumulate);
    i += kRows;
  };
  // As many sums as there are registers for; fewer would wait for each other.
  constexpr int kMost = kLanes == 16 ? 8 : 6;
  while (i + kMost <= rows) rowsOf(std::integral_constant<int, kMost>());
  while (i + kMost / 2 <= rows) rowsOf(std::integral_constant<int, kMost / 2>());
  while (i + 2 <= rows) rowsOf(std::integral_constant<int, 2>());
  while (i < rows) rowsOf(std::integral_constant<int, 1>());
}

/**
 * c = a b, or c += a b. a is [rows, inner]; b [inner, columns] and c [rows, columns] have contiguous rows, `ldb` and
 * `ldc` floats apart, and `columns` is a multiple of the vector's width.
 */
inline void product(int64_t rows, int64_t columns, int64_t inner, View a, const float* b, int64_t ldb, float* c,
                    int64_t ldc, bool accumulate) {
  int64_t j = 0;
  for (; j + 2 * kLanes <= columns; j += 2 * kLanes) panel<2>(rows, inner, a, b + j, ldb, c + j, ldc, accumulate);
  for (; j < columns; j += kLanes) panel<1>(rows, inner, a, b + j, ldb, c + j, ldc, accumulate);
}

}  // namespace distiltune
