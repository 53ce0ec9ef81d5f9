#include <cmath>

#include "kernels.h"
#include "product.h"

namespace distiltune {
namespace {

// Queries are taken in blocks, so that a block's scores stay in the core's own cache however long the sequence is.
constexpr int64_t kQueries = 64;

/** The task of one sequence and one head: everything of it lies in the memory of the thread that has it. */
struct Shape {
  int64_t heads;
  int64_t width;      // of a head
  int64_t wide;       // the same, padded to whole vectors
  int64_t stride;     // of q, k, v: D
  bool firstOnly;     // queries of first tokens only: q is [B, D]
};

/** Memory that a thread keeps between tasks, cut into pieces. */
class Scratch {
 public:
  explicit Scratch(int64_t floats) {
    thread_local std::vector<float> memory;
    if (static_cast<int64_t>(memory.size()) < floats) memory.resize(floats);
    next_ = memory.data();
  }
  float* take(int64_t floats) {
    float* const piece = next_;
    next_ += floats;
    return piece;
  }

 private:
  float* next_;
};

/** rows of one head, with their bias, to [count, wide]; what is beyond the head's width is 0. */
void copyRows(const float* from, const float* bias, int64_t count, const Shape& s, float* to) {
  for (int64_t i = 0; i < count; i++) {
    const float* const row = from + i * s.stride;
    float* const out = to + i * s.wide;
    // The next head's part of the row: such short pieces, so far apart, the processor does not foresee.
    for (int64_t d = 0; d < s.width; d += 16) __builtin_prefetch(row + s.width + d);
    if (bias) {
#pragma omp simd
      for (int64_t d = 0; d < s.width; d++) out[d] = row[d] + bias[d];
    } else {
      std::copy(row, row + s.width, out);
    }
    std::fill(out + s.width, out + s.wide, 0.0f);
  }
}

/** [count, wide] -> its transpose [width, room]; columns beyond `count` are 0. */
void transpose(const float* from, int64_t count, int64_t room, const Shape& s, float* to) {
  for (int64_t d = 0; d < s.width; d++) {
    float* const out = to + d * room;
    for (int64_t i = 0; i < count; i++) out[i] = from[i * s.wide + d];
    std::fill(out + count, out + room, 0.0f);
  }
}

/** One row of scores [length] -> probabilities. Scores are multiplied by `scale` first. */
inline void softmaxRow(float* row, int64_t length, float scale) {
  float greatest = row[0];
#pragma omp simd reduction(max : greatest)
  for (int64_t j = 0; j < length; j++) greatest = row[j] > greatest ? row[j] : greatest;
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = 0; j < length; j++) {
    const float e = exponential((row[j] - greatest) * scale);
    row[j] = e;
    sum += e;
  }
  const float inverse = 1.0f / sum;
#pragma omp simd
  for (int64_t j = 0; j < length; j++) row[j] *= inverse;
}

/** Where each sequence's attention probabilities begin if all were laid out one after the other: what dropout counts by. */
std::vector<uint32_t> elementOffsets(const int32_t* offsets, int64_t sequences, const Shape& s) {
  std::vector<uint32_t> first(sequences);
  uint32_t next = 0;
  for (int64_t b = 0; b < sequences; b++) {
    const uint32_t length = static_cast<uint32_t>(offsets[b + 1] - offsets[b]);
    first[b] = next;
    next += static_cast<uint32_t>(s.heads) * (s.firstOnly ? 1u : length) * length;
  }
  return first;
}

bool offsetsFit(const int32_t* offsets, int64_t sequences, int64_t rows) {
  if (sequences < 1 || offsets[0] != 0 || offsets[sequences] != rows) return false;
  for (int64_t b = 0; b < sequences; b++)
    if (offsets[b + 1] <= offsets[b]) return false;
  return true;
}

int64_t longestOf(const int32_t* offsets, int64_t sequences) {
  int64_t longest = 0;
  for (int64_t b = 0; b < sequences; b++) longest = std::max<int64_t>(longest, offsets[b + 1] - offsets[b]);
  return longest;
}

/** Runs `work(sequence, head)` for all of them in parallel, heads of a sequence one after the other where there are many sequences. */
template <typename Work>
void forHeads(int64_t sequences, int64_t heads, Work&& work) {
  const int64_t wanted = 8 * static_cast<int64_t>(pool().threads());
  const int64_t parts = std::clamp<int64_t>((wanted + sequences - 1) / sequences, 1, heads);
  pool().run(sequences * parts, [&](int64_t task) {
    // The longest sequences lie last; begun first, they are not what all wait for.
    const int64_t b = sequences - 1 - task / parts, part = task % parts;
    for (int64_t h = heads * part / parts; h < heads * (part + 1) / parts; h++) work(b, h);
  });
}

/**
 * Multi-head scaled dot-product attention (Vaswani et al. 2017) within each sequence.
 * q [T, D], or [B, D]: of each sequence's first token only; k, v [T, D]; their biases [D]; offsets [B + 1]: the row at
 * which each sequence begins, and T; heads [1]; rate [1]; seed [2]. -> context, of q's shape.
 */
void attention(Call& call) {
  const int64_t queryRows = call.dim(0, 0), stride = call.dim(0, 1), rows = call.dim(1, 0);
  const int64_t sequences = call.size(6) - 1;
  const int64_t heads = call.size(7) == 1 ? call.ints(7)[0] : 0;
  const int32_t* const offsets = call.ints(6);
  bool fits = heads > 0 && stride % heads == 0 && call.size(1) == rows * stride && call.size(2) == rows * stride &&
              call.size(8) == 1 && call.size(9) == 2 && (queryRows == rows || queryRows == sequences);
  for (int i = 3; i < 6; i++) fits = fits && call.size(i) == stride;
  if (!call.require(fits && offsetsFit(offsets, sequences, rows), "Attention: the shapes do not fit")) return;
  float* const out = call.output(0, {queryRows, stride});
  if (!out) return;

  const int64_t width = stride / heads;
  const Shape s{heads, width, padded(width), stride, queryRows != rows};
  const Dropout shared(call.floats(8)[0], call.ints(9));
  const std::vector<uint32_t> firstElements = elementOffsets(offsets, sequences, s);
  const int64_t longest = padded(longestOf(offsets, sequences));
  const float scale = 1.0f / std::sqrt(static_cast<float>(width));
  const float* const qs = call.floats(0);
  const float* const ks = call.floats(1);
  const float* const vs = call.floats(2);
  const float* const qBias = call.floats(3);
  const float* const kBias = call.floats(4);
  const float* const vBias = call.floats(5);

  forHeads(sequences, heads, [&](int64_t b, int64_t h) {
    const Dropout dropout = shared;
    const int64_t start = offsets[b], length = offsets[b + 1] - start, column = h * width;
    const int64_t room = padded(length), queries = s.firstOnly ? 1 : length;
    Scratch scratch((longest * 2 + kQueries * 2) * s.wide + longest * s.wide + kQueries * longest);
    float* const k = scratch.take(length * s.wide);
    float* const kt = scratch.take(s.wide * room);
    float* const v = scratch.take(length * s.wide);
    float* const q = scratch.take(kQueries * s.wide);
    float* const c = scratch.take(kQueries * s.wide);
    float* const scores = scratch.take(kQueries * room);
    copyRows(ks + start * stride + column, kBias + column, length, s, k);
    transpose(k, length, room, s, kt);
    copyRows(vs + start * stride + column, vBias + column, length, s, v);
    const int64_t firstQuery = s.firstOnly ? b : start;
    uint32_t element = firstElements[b] + static_cast<uint32_t>(h * queries * length);
    for (int64_t from = 0; from < queries; from += kQueries) {
      const int64_t count = std::min(kQueries, queries - from);
      copyRows(qs + (firstQuery + from) * stride + column, qBias + column, count, s, q);
      product(count, room, width, {q, s.wide, 1}, kt, room, scores, room, false);
      for (int64_t i = 0; i < count; i++, element += static_cast<uint32_t>(length)) {
        float* const row = scores + i * room;
        softmaxRow(row, length, scale);
        if (!dropout.any()) continue;
#pragma omp simd
        for (int64_t j = 0; j < length; j++) row[j] *= dropout.factor(element + static_cast<uint32_t>(j));
      }
      product(count, s.wide, length, {scores, room, 1}, v, s.wide, c, s.wide, false);
      for (int64_t i = 0; i < count; i++)
        std::copy(c + i * s.wide, c + i * s.wide + width, out + (firstQuery + from + i) * stride + column);
    }
  });
}

/**
 * The gradient of `attention`; probabilities and dropout are computed again.
 * dContext [T, D] or [B, D], then the inputs of `attention`.
 * -> dq (of q's shape), dk, dv [T, D]; the gradients of the three biases [D].
 */
void attentionGradient(Call& call) {
  const int64_t queryRows = call.dim(1, 0), stride = call.dim(1, 1), rows = call.dim(2, 0);
  const int64_t sequences = call.size(7) - 1;
  const int64_t heads = call.size(8) == 1 ? call.ints(8)[0] : 0;
  const int32_t* const offsets = call.ints(7);
  bool fits = heads > 0 && stride % heads == 0 && call.size(0) == queryRows * stride &&
              call.size(2) == rows * stride && call.size(3) == rows * stride && call.size(9) == 1 &&
              call.size(10) == 2 && (queryRows == rows || queryRows == sequences);
  for (int i = 4; i < 7; i++) fits = fits && call.size(i) == stride;
  if (!call.require(fits && offsetsFit(offsets, sequences, rows), "AttentionGradient: the shapes do not fit")) return;
  float* const dqs = call.output(0, {queryRows, stride});
  float* const dks = call.output(1, {rows, stride});
  float* const dvs = call.output(2, {rows, stride});
  float* const dqBias = call.output(3, {stride});
  float* const dkBias = call.output(4, {stride});
  float* const dvBias = call.output(5, {stride});
  if (!dqs || !dks || !dvs || !dqBias || !dkBias || !dvBias) return;

  const int64_t width = stride / heads;
  const Shape s{heads, width, padded(width), stride, queryRows != rows};
  const Dropout shared(call.floats(9)[0], call.ints(10));
  const std::vector<uint32_t> firstElements = elementOffsets(offsets, sequences, s);
  const int64_t longest = padded(longestOf(offsets, sequences));
  const float scale = 1.0f / std::sqrt(static_cast<float>(width));
  const float* const dContext = call.floats(0);
  const float* const qs = call.floats(1);
  const float* const ks = call.floats(2);
  const float* const vs = call.floats(3);
  const float* const qBias = call.floats(4);
  const float* const kBias = call.floats(5);
  const float* const vBias = call.floats(6);
  std::vector<float> biasSums(sequences * 3 * stride, 0.0f);

  forHeads(sequences, heads, [&](int64_t b, int64_t h) {
    const Dropout dropout = shared;
    const int64_t start = offsets[b], length = offsets[b + 1] - start, column = h * width;
    const int64_t room = padded(length), queries = s.firstOnly ? 1 : length;
    Scratch scratch((longest * 6 + kQueries * 3) * s.wide + 3 * kQueries * longest);
    float* const k = scratch.take(length * s.wide);
    float* const kt = scratch.take(s.wide * room);
    float* const v = scratch.take(length * s.wide);
    float* const vt = scratch.take(s.wide * room);
    float* const dk = scratch.take(length * s.wide);
    float* const dv = scratch.take(length * s.wide);
    float* const q = scratch.take(kQueries * s.wide);
    float* const dq = scratch.take(kQueries * s.wide);
    float* const dc = scratch.take(kQueries * s.wide);
    float* const p = scratch.take(kQueries * room);
    float* const dp = scratch.take(kQueries * room);
    float* const dropped = dropout.any() ? scratch.take(kQueries * room) : p;
    copyRows(ks + start * stride + column, kBias + column, length, s, k);
    transpose(k, length, room, s, kt);
    copyRows(vs + start * stride + column, vBias + column, length, s, v);
    transpose(v, length, room, s, vt);
    std::fill(dk, dk + length * s.wide, 0.0f);
    std::fill(dv, dv + length * s.wide, 0.0f);
    const int64_t firstQuery = s.firstOnly ? b : start;
    float* const dqSum = biasSums.data() + b * 3 * stride + column;
    uint32_t element = firstElements[b] + static_cast<uint32_t>(h * queries * length);
    for (int64_t from = 0; from < queries; from += kQueries) {
      const int64_t count = std::min(kQueries, queries - from);
      copyRows(qs + (firstQuery + from) * stride + column, qBias + column, count, s, q);
      copyRows(dContext + (firstQuery + from) * stride + column, nullptr, count, s, dc);
      product(count, room, width, {q, s.wide, 1}, kt, room, p, room, false);
      product(count, room, width, {dc, s.wide, 1}, vt, room, dp, room, false);
      for (int64_t i = 0; i < count; i++, element += static_cast<uint32_t>(length)) {
        float* const row = p + i * room;
        float* const dRow = dp + i * room;
        softmaxRow(row, length, scale);
        // dv needs the dropped probabilities, the softmax's gradient the whole ones.
        float along = 0;
        if (dropout.any()) {
          float* const kept = dropped + i * room;
#pragma omp simd reduction(+ : along)
          for (int64_t j = 0; j < length; j++) {
            const float factor = dropout.factor(element + static_cast<uint32_t>(j));
            const float d = dRow[j] * factor;
            along += d * row[j];
            dRow[j] = d;
            kept[j] = row[j] * factor;
          }
        } else {
#pragma omp simd reduction(+ : along)
          for (int64_t j = 0; j < length; j++) along += dRow[j] * row[j];
        }
#pragma omp simd
        for (int64_t j = 0; j < length; j++) dRow[j] = row[j] * (dRow[j] - along) * scale;
      }
      product(count, s.wide, length, {dp, room, 1}, k, s.wide, dq, s.wide, false);
      product(length, s.wide, count, {dp, 1, room}, q, s.wide, dk, s.wide, true);
      product(length, s.wide, count, {dropped, 1, room}, dc, s.wide, dv, s.wide, true);
      for (int64_t i = 0; i < count; i++) {
        const float* const row = dq + i * s.wide;
        std::copy(row, row + width, dqs + (firstQuery + from + i) * stride + column);
#pragma omp simd
        for (int64_t d = 0; d < width; d++) dqSum[d] += row[d];
      }
    }
    const auto give = [&](const float* from, float* to, float* sum) {
      for (int64_t i = 0; i < length; i++) {
        const float* const row = from + i * s.wide;
        std::copy(row, row + width, to + (start + i) * stride + column);
#pragma omp simd
        for (int64_t d = 0; d < width; d++) sum[d] += row[d];
      }
    };
    give(dk, dks, dqSum + stride);
    give(dv, dvs, dqSum + 2 * stride);
  });
  sumBlocks(biasSums.data(), sequences, 3 * stride, stride, dqBias);
  sumBlocks(biasSums.data() + stride, sequences, 3 * stride, stride, dkBias);
  sumBlocks(biasSums.data() + 2 * stride, sequences, 3 * stride, stride, dvBias);
}

}  // namespace

const std::vector<Op> attentionOps = {
    {"DistiltuneAttention",
     {"q: float", "k: float", "v: float", "qbias: float", "kbias: float", "vbias: float", "offsets: int32",
      "heads: int32", "rate: float", "seed: int32"},
     {"context: float"},
     {},
     compute<attention>},
    {"DistiltuneAttentionGradient",
     {"dcontext: float", "q: float", "k: float", "v: float", "qbias: float", "kbias: float", "vbias: float",
      "offsets: int32", "heads: int32", "rate: float", "seed: int32"},
     {"dq: float", "dk: float", "dv: float", "dqbias: float", "dkbias: float", "dvbias: float"},
     {},
     compute<attentionGradient>},
};

}  // namespace distiltune
