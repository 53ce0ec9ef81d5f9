import { dropFactors, dropThreshold, elements4, exponential, load4, mulAdd, store4, sum4 } from './numbers';
import { product, productScratch } from './product';

// Rows of probabilities are padded to whole vectors with scores whose exponential is 0.
const PADDING: f32 = -1e30;

@inline
function padded(length: i32): i32 {
  return (length + 3) & ~3;
}

/** Bytes of scratch memory for sequences of at most `longest` tokens. */
export function attentionScratch(longest: i32, width: i32): i32 {
  return productScratch() + longest * 6 * width * 4 + 2 * longest * padded(longest) * 4;
}

/** Rows of one head, with their bias (0: none), to [count, width] in one piece. */
function copyRows(from: usize, bias: usize, count: i32, stride: i32, width: i32, to: usize): void {
  for (let i: i32 = 0; i < count; i++) {
    for (let j: i32 = 0; j < width; j += 4) {
      const left = width - j;
      const at = usize(j) * 4;
      const x = load4(from + at, left);
      store4(to + at, bias ? f32x4.add(x, load4(bias + at, left)) : x, left);
    }
    from += usize(stride) * 4;
    to += usize(width) * 4;
  }
}

/** Rows [count, width] that lie `stride` elements apart, added to sum [width]. */
function addRows(from: usize, count: i32, stride: i32, width: i32, sum: usize): void {
  for (let i: i32 = 0; i < count; i++) {
    for (let j: i32 = 0; j < width; j += 4) {
      const left = width - j;
      const at = usize(j) * 4;
      store4(sum + at, f32x4.add(load4(sum + at, left), load4(from + at, left)), left);
    }
    from += usize(stride) * 4;
  }
}

/** One row of scores [length], room for whole vectors -> probabilities, 0 beyond them. Scores are multiplied by `scale` first. */
function softmaxRow(row: usize, length: i32, scale: f32): void {
  const room = padded(length);
  for (let j = length; j < room; j++) store<f32>(row + usize(j) * 4, PADDING);
  let most = v128.load(row);
  for (let j: i32 = 4; j < room; j += 4) most = f32x4.pmax(most, v128.load(row + usize(j) * 4));
  const greatest = f32x4.splat(
    max(
      max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
      max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
    ),
  );
  let sum = f32x4.splat(0);
  for (let j: i32 = 0; j < room; j += 4) {
    const at = row + usize(j) * 4;
    const e = exponential(f32x4.mul(f32x4.sub(v128.load(at), greatest), f32x4.splat(scale)));
    v128.store(at, e);
    sum = f32x4.add(sum, e);
  }
  const inverse = f32x4.splat(1 / sum4(sum));
  for (let j: i32 = 0; j < room; j += 4) {
    const at = row + usize(j) * 4;
    v128.store(at, f32x4.mul(v128.load(at), inverse));
  }
}

/**
 * Multi-head scaled dot-product attention (Vaswani et al. 2017) within each sequence.
 * q [T, stride], or where `firstOnly` is 1 [B, stride], of each sequence's first token; k, v [T, stride]; biases [stride];
 * offsets [B + 1]: the row at which each sequence begins, and T; seed [2]; context of q's shape.
 */
export function attention(
  sequences: i32, stride: i32, heads: i32, firstOnly: i32, offsets: usize, qs: usize, ks: usize, vs: usize,
  qBias: usize, kBias: usize, vBias: usize, rate: f32, seed: usize, context: usize, longest: i32, scratch: usize,
): void {
  const width = stride / heads;
  const drops = dropThreshold(rate) != 0;
  const threshold = i32x4.splat(dropThreshold(rate));
  const kept = f32x4.splat(1 / (1 - rate));
  const seed0 = v128.load32_splat(seed);
  const seed1 = v128.load32_splat(seed, 4);
  const scale: f32 = 1 / sqrt<f32>(f32(width));
  const piece = usize(longest) * width * 4;
  const q = scratch + productScratch();
  const k = q + piece;
  const v = k + piece;
  const scores = v + piece;
  let element: u32 = 0;
  for (let b: i32 = 0; b < sequences; b++) {
    const start = load<i32>(offsets + usize(b) * 4);
    const length = load<i32>(offsets + usize(b) * 4, 4) - start;
    const room = padded(length);
    const queries = firstOnly ? 1 : length;
    const firstQuery = firstOnly ? b : start;
    for (let h: i32 = 0; h < heads; h++) {
      const column = usize(h) * width * 4;
      const rows = usize(start) * stride * 4 + column;
      const queryRows = usize(firstQuery) * stride * 4 + column;
      copyRows(qs + queryRows, qBias + column, queries, stride, width, q);
      copyRows(ks + rows, kBias + column, length, stride, width, k);
      copyRows(vs + rows, vBias + column, length, stride, width, v);
      product(queries, length, width, q, width, 1, k, 1, width, scores, room, 0, scratch);
      for (let i: i32 = 0; i < queries; i++) {
        const row = scores + usize(i) * room * 4;
        softmaxRow(row, length, scale);
        if (drops) {
          for (let j: i32 = 0; j < room; j += 4) {
            const at = row + usize(j) * 4;
            const factors = dropFactors(elements4(element + j), seed0, seed1, threshold, kept);
            v128.store(at, f32x4.mul(v128.load(at), factors));
          }
        }
        element += length;
      }
      product(queries, width, length, scores, room, 1, v, width, 1, context + queryRows, stride, 0, scratch);
    }
  }
}

/**
 * The gradient of `attention`; probabilities and dropout are computed again.
 * dContext and dq of q's shape; dk, dv [T, stride]; the gradients of the biases [stride].
 */
export function attentionGradient(
  sequences: i32, stride: i32, heads: i32, firstOnly: i32, offsets: usize, dContext: usize, qs: usize, ks: usize, vs: usize,
  qBias: usize, kBias: usize, vBias: usize, rate: f32, seed: usize,
  dqs: usize, dks: usize, dvs: usize, dqBias: usize, dkBias: usize, dvBias: usize, longest: i32, scratch: usize,
): void {
  const width = stride / heads;
  const drops = dropThreshold(rate) != 0;
  const threshold = i32x4.splat(dropThreshold(rate));
  const kept = f32x4.splat(1 / (1 - rate));
  const seed0 = v128.load32_splat(seed);
  const seed1 = v128.load32_splat(seed, 4);
  const scale: f32 = 1 / sqrt<f32>(f32(width));
  const piece = usize(longest) * width * 4;
  const q = scratch + productScratch();
  const k = q + piece;
  const v = k + piece;
  const dc = v + piece;
  const p = dc + piece;
  const dp = p + usize(longest) * padded(longest) * 4;
  memory.fill(dqBias, 0, usize(stride) * 4);
  memory.fill(dkBias, 0, usize(stride) * 4);
  memory.fill(dvBias, 0, usize(stride) * 4);
  let element: u32 = 0;
  for (let b: i32 = 0; b < sequences; b++) {
    const start = load<i32>(offsets + usize(b) * 4);
    const length = load<i32>(offsets + usize(b) * 4, 4) - start;
    const room = padded(length);
    const queries = firstOnly ? 1 : length;
    const firstQuery = firstOnly ? b : start;
    for (let h: i32 = 0; h < heads; h++) {
      const column = usize(h) * width * 4;
      const rows = usize(start) * stride * 4 + column;
      const queryRows = usize(firstQuery) * stride * 4 + column;
      copyRows(qs + queryRows, qBias + column, queries, stride, width, q);
      copyRows(ks + rows, kBias + column, length, stride, width, k);
      copyRows(vs + rows, vBias + column, length, stride, width, v);
      copyRows(dContext + queryRows, 0, queries, stride, width, dc);
      product(queries, length, width, q, width, 1, k, 1, width, p, room, 0, scratch);
      product(queries, length, width, dc, width, 1, v, 1, width, dp, room, 0, scratch);
      for (let i: i32 = 0; i < queries; i++) {
        const row = p + usize(i) * room * 4;
        const dRow = dp + usize(i) * room * 4;
        softmaxRow(row, length, scale);
        for (let j = length; j < room; j++) store<f32>(dRow + usize(j) * 4, 0);
        // dv needs the dropped probabilities, the softmax's gradient the whole ones: p becomes the former, dp the latter.
        let sum = f32x4.splat(0);
        for (let j: i32 = 0; j < room; j += 4) {
          const at = usize(j) * 4;
          let d = v128.load(dRow + at);
          if (drops) {
            d = f32x4.mul(d, dropFactors(elements4(element + j), seed0, seed1, threshold, kept));
            v128.store(dRow + at, d);
          }
          sum = mulAdd(sum, d, v128.load(row + at));
        }
        const along = f32x4.splat(sum4(sum));
        for (let j: i32 = 0; j < room; j += 4) {
          const at = usize(j) * 4;
          const whole = v128.load(row + at);
          const d = f32x4.mul(f32x4.mul(whole, f32x4.sub(v128.load(dRow + at), along)), f32x4.splat(scale));
          v128.store(dRow + at, d);
          if (!drops) continue;
          const factors = dropFactors(elements4(element + j), seed0, seed1, threshold, kept);
          v128.store(row + at, f32x4.mul(whole, factors));
        }
        element += length;
      }
      product(queries, width, length, dp, room, 1, k, width, 1, dqs + queryRows, stride, 0, scratch);
      product(length, width, queries, dp, 1, room, q, width, 1, dks + rows, stride, 0, scratch);
      product(length, width, queries, p, 1, room, dc, width, 1, dvs + rows, stride, 0, scratch);
      addRows(dqs + queryRows, queries, stride, width, dqBias + column);
      addRows(dks + rows, length, stride, width, dkBias + column);
      addRows(dvs + rows, length, stride, width, dvBias + column);
    }
  }
}
