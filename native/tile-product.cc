// Matrix products by the tiles of AMX.
#include "matmul.h"

#include <algorithm>
#include <atomic>

#include "pool.h"

#if defined(__AMX_BF16__) && defined(__AVX512BF16__) && defined(__AVX512BW__) && defined(__linux__)
#define DISTILTUNE_TILES 1
#include <sys/syscall.h>
#include <unistd.h>

#include "scratch.h"
#include "transpose.h"
#endif

namespace distiltune {

#if defined(DISTILTUNE_TILES)

namespace {

constexpr int64_t kSide = 16;    // rows of a tile, and words of each; a word is a pair of bfloat16
constexpr int64_t kDeep = 32;    // k of a tile
constexpr int64_t kWords = 256;  // of a tile
constexpr int64_t kWidth = 32;   // rows and columns of a block of the result, of four tiles
// Bytes of the left operand that are packed at once: they stay in a core's second cache while the right operand passes by.
constexpr int64_t kPacked = 1440 * 1024;
// Tiles along k of which the sum is made in one go, about. So many of a strip of the right operand are 72 KB.
template <int PARTS>
constexpr int64_t kSteps = 36 / PARTS;

/** All eight tiles have 16 rows of 64 bytes. */
struct alignas(64) TileShapes {
  uint8_t palette = 1;
  uint8_t start = 0;
  uint8_t reserved[14] = {};
  uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

/** Tiles as this thread's for as long as it lives: a thread that holds none is cheaper to switch to and from. */
struct Tiles {
  Tiles() {
    static const TileShapes shapes;
    // The compiler's own function tells it of the first bytes only.
    __asm__ volatile("ldtilecfg %0" ::"m"(shapes));
  }
  ~Tiles() { _tile_release(); }
};

inline __mmask16 firstOf(int64_t count) {
  return static_cast<__mmask16>(count >= kSide ? 0xffff : count <= 0 ? 0 : (1u << count) - 1);
}

/** Pairs (low[i], high[i]) in `PARTS` bfloat16 each, part by part a tile's words apart. */
template <int PARTS>
inline void split(__m512 low, __m512 high, uint32_t* to) {
  alignas(64) static const uint16_t kPairs[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                  8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const __m512i order = _mm512_load_si512(kPairs);
  for (int part = 0; part < PARTS; part++) {
    const __m512i pairs = _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(high, low));
    _mm512_store_si512(to + part * kWords, pairs);
    if (part + 1 == PARTS) break;
    low = _mm512_sub_ps(low, (__m512)_mm512_slli_epi32(pairs, 16));
    high = _mm512_sub_ps(high, (__m512)_mm512_and_si512(pairs, _mm512_set1_epi32(static_cast<int>(0xffff0000u))));
  }
}

/**
 * One tile of an operand in its parts. Its words are pairs of k that lie 16 apart: word p of k and k + 16 for k = first + p. A tile of
 * the left operand has a lane in each row, one of the right operand a pair in each. What is beyond the operand is 0.
 */
template <int PARTS, bool RIGHT>
inline void pack(const Operand& from, int64_t lane, int64_t k, int64_t inner, uint32_t* to) {
  const int64_t lanes = from.lanes - lane, left = inner - k, stride = from.stride;
  const float* const data = from.data + (from.along ? lane * stride + k : k * stride + lane);
  const int64_t jump = from.along ? kSide : kSide * stride;
  const auto packed = [&](auto&& low, auto&& high) __attribute__((always_inline)) {
    if (from.along != RIGHT) {
      for (int64_t i = 0; i < kSide; i++) split<PARTS>(low(i), high(i), to + i * kSide);
      return;
    }
    __m512i lows[kSide], highs[kSide];
    for (int64_t i = 0; i < kSide; i++) lows[i] = (__m512i)low(i);
    transpose(lows);
    for (int64_t i = 0; i < kSide; i++) highs[i] = (__m512i)high(i);
    transpose(highs);
    for (int64_t i = 0; i < kSide; i++) split<PARTS>((__m512)lows[i], (__m512)highs[i], to + i * kSide);
  };
  if (lanes >= kSide && left >= kDeep) {
    packed([&](int64_t i) { return _mm512_loadu_ps(data + i * stride); }, [&](int64_t i) { return _mm512_loadu_ps(data + i * stride + jump); });
    return;
  }
  // Rows in memory hold k, or lanes; one that is not there is not read.
  const int64_t rowsLow = from.along ? lanes : left, rowsHigh = from.along ? lanes : left - kSide;
  const __mmask16 wideLow = firstOf(from.along ? left : lanes), wideHigh = firstOf(from.along ? left - kSide : lanes);
  packed([&](int64_t i) { return _mm512_maskz_loadu_ps(i < rowsLow ? wideLow : 0, data + i * stride); },
         [&](int64_t i) { return _mm512_maskz_loadu_ps(i < rowsHigh ? wideHigh : 0, data + i * stride + jump); });
}

/**
 * c [kWidth, kWidth], rows `ldc` apart, = or += two tiles of the left operand by two of the right one, `steps` of each along k. `nextA`,
 * `nextB`: how far the second one lies from the first.
 */
template <int PARTS>
inline void block(int64_t steps, const uint32_t* a, int64_t nextA, const uint32_t* b, int64_t nextB, float* c, int64_t ldc, bool accumulate,
                  uint32_t* spare) {
  // A compiler may not know that a tile is loaded from memory: what is packed is written by now.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  const int64_t bytes = ldc * static_cast<int64_t>(sizeof(float));
  float* const below = c + kSide * ldc;
  if (accumulate) {
    _tile_loadd(0, c, bytes);
    _tile_loadd(1, c + kSide, bytes);
    _tile_loadd(2, below, bytes);
    _tile_loadd(3, below + kSide, bytes);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  const auto left = [&](int part) __attribute__((always_inline)) {
    _tile_loadd(4, a + part * kWords, 64);
    _tile_loadd(5, a + nextA + part * kWords, 64);
  };
  const auto right = [&](int part) __attribute__((always_inline)) {
    _tile_loadd(6, b + part * kWords, 64);
    _tile_loadd(7, b + nextB + part * kWords, 64);
  };
  const auto multiply = []() __attribute__((always_inline)) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  };
  for (int64_t s = 0; s < steps; s++, a += PARTS * kWords, b += PARTS * kWords) {
    left(0);
    if constexpr (PARTS == 3) {
      // Small products first, and one side stays from each pair to the next.
      right(2);
      multiply();
      right(1);
      multiply();
      left(1);
      multiply();
      right(0);
      multiply();
      left(2);
      multiply();
      left(0);
      multiply();
      // Measured on Sapphire Rapids: the first store of a tile after some two thousand cycles without one takes a thousand.
      if (s + 1 < steps) _tile_stored(0, spare, 64);
    } else {
      right(0);
      multiply();
    }
  }
  _tile_stored(0, c, bytes);
  _tile_stored(1, c + kSide, bytes);
  _tile_stored(2, below, bytes);
  _tile_stored(3, below + kSide, bytes);
}

/** What a thread works with: the packed left operand, a packed strip of the right one, a block at the edge of the result. */
template <int PARTS>
struct Room {
  uint32_t left[kPacked / sizeof(uint32_t)];
  uint32_t right[3 * kSteps<PARTS> * PARTS * kWords];
  uint32_t spare[kWords];
  float edge[kWidth * kWidth];
};

/** Rows [top, bottom) and columns [first, last) of c. */
template <int PARTS>
void rectangle(const Operand& a, const Operand& b, int64_t inner, float* c, int64_t top, int64_t bottom, int64_t first, int64_t last,
               Room<PARTS>& room) {
  const Tiles held;
  constexpr int64_t kTile = PARTS * kWords;
  const int64_t columns = b.lanes;
  // Even parts of all k, none over one and a half times the usual; of rows as many as there is room for.
  const int64_t tiles = (inner + kDeep - 1) / kDeep;
  const int64_t passes = std::max<int64_t>(1, (tiles + kSteps<PARTS> / 2) / kSteps<PARTS>), most = (tiles + passes - 1) / passes;
  const int64_t rows = kPacked / (most * kTile * static_cast<int64_t>(sizeof(uint32_t))) / 2 * kWidth;
  for (int64_t row = top; row < bottom; row += rows) {
    const int64_t high = std::min(rows, bottom - row);
    for (int64_t k = 0; k < inner; k += most * kDeep) {
      const int64_t deep = std::min(inner - k, most * kDeep), steps = (deep + kDeep - 1) / kDeep, next = steps * kTile;
      for (int64_t i = 0; i < high; i += kSide)
        for (int64_t s = 0; s < steps; s++) pack<PARTS, false>(a, row + i, k + s * kDeep, inner, room.left + i / kSide * next + s * kTile);
      for (int64_t j = first; j < last; j += kWidth) {
        for (int64_t i = 0; i < 2; i++)
          for (int64_t s = 0; s < steps; s++) pack<PARTS, true>(b, j + i * kSide, k + s * kDeep, inner, room.right + i * next + s * kTile);
        // The next strip may have to come from memory: it is fetched while this one is computed with.
        const int64_t nextStrip = j + kWidth;
        const int64_t fetchRows = nextStrip >= last ? 0 : b.along ? std::min(kWidth, last - nextStrip) : deep;
        const int64_t fetchWide = b.along ? deep : std::min(kWidth, last - nextStrip);
        const float* const fetched = b.data + (b.along ? nextStrip * b.stride + k : k * b.stride + nextStrip);
        for (int64_t i = 0; i < high; i += kWidth) {
          const int64_t until = std::min(high, i + kWidth);
          for (int64_t r = fetchRows * i / high; r < fetchRows * until / high; r++)
            for (int64_t w = 0; w < fetchWide; w += kSide) _mm_prefetch(fetched + r * b.stride + w, _MM_HINT_T1);
          const uint32_t* const from = room.left + i / kSide * next;
          float* const to = c + (row + i) * columns + j;
          const int64_t tall = std::min(high - i, kWidth), wide = std::min(last - j, kWidth);
          if (tall == kWidth && wide == kWidth) {
            block<PARTS>(steps, from, next, room.right, next, to, columns, k > 0, room.spare);
            continue;
          }
          // What lies beyond the edge is anything, and is not copied back.
          const auto edge = [&](int64_t r) { return room.edge + r * kWidth; };
          if (k > 0)
            for (int64_t r = 0; r < tall; r++) std::copy_n(to + r * columns, wide, edge(r));
          block<PARTS>(steps, from, next, room.right, next, room.edge, kWidth, k > 0, room.spare);
          for (int64_t r = 0; r < tall; r++) std::copy_n(edge(r), wide, to + r * columns);
        }
      }
    }
  }
}

template <int PARTS>
bool productOf(const Operand& a, const Operand& b, int64_t inner, float* c) {
  const int64_t down = (a.lanes + kWidth - 1) / kWidth, across = (b.lanes + kWidth - 1) / kWidth;
  // A rectangle for each thread, which packs its sides itself: what another one has packed would have to come from that one's cache.
  // To pack a strip takes as long as to multiply two blocks of it.
  const int64_t threads = pool().threads();
  int64_t tall = 1, wide = 1;
  const auto cost = [&](int64_t parts, int64_t others) {
    const int64_t high = (down + parts - 1) / parts, broad = (across + others - 1) / others;
    return high * broad + 2 * (high + broad);
  };
  for (int64_t parts = 1; parts <= std::min(threads, down); parts++) {
    const int64_t others = std::min(threads / parts, across);
    if (cost(parts, others) < cost(tall, wide)) tall = parts, wide = others;
  }
  std::atomic<bool> failed{false};
  pool().run(tall * wide, [&](int64_t task) {
    const int64_t i = task / wide, j = task % wide;
    thread_local Scratch<Room<PARTS>> memory;
    Room<PARTS>* const room = memory.of(1);
    if (!room) {
      failed = true;
      return;
    }
    rectangle<PARTS>(a, b, inner, c, down * i / tall * kWidth, std::min(a.lanes, down * (i + 1) / tall * kWidth), across * j / wide * kWidth,
                     std::min(b.lanes, across * (j + 1) / wide * kWidth), *room);
  });
  return !failed;
}

}  // namespace

bool hasTiles() {
  // Linux gives the registers, which are large, to a process that asks for them (Documentation/arch/x86/xstate.rst).
  constexpr long kRequest = 0x1023, kTileData = 18;
  static const bool granted = syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
  return granted;
}

bool tileProduct(int parts, const Operand& a, const Operand& b, int64_t inner, float* c) {
  return parts == 1 ? productOf<1>(a, b, inner, c) : productOf<3>(a, b, inner, c);
}

#else

bool hasTiles() { return false; }
bool tileProduct(int, const Operand&, const Operand&, int64_t, float*) { return false; }

#endif

}  // namespace distiltune
