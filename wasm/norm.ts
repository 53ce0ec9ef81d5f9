import { dropFactors, dropThreshold, elements4, first4, load4, mulAdd, store4, sum4 } from './numbers';

/** row -> (row - mean) / sqrt(variance + epsilon), in place; returns 1 / sqrt(...). Two passes: a large mean costs nothing. */
function normalize(row: usize, width: i32, epsilon: f32): f32 {
  let sum = f32x4.splat(0);
  for (let j: i32 = 0; j < width; j += 4) sum = f32x4.add(sum, load4(row + usize(j) * 4, width - j));
  const mean = f32x4.splat(sum4(sum) / f32(width));
  let squares = f32x4.splat(0);
  for (let j: i32 = 0; j < width; j += 4) {
    const left = width - j;
    const centred = first4(f32x4.sub(load4(row + usize(j) * 4, left), mean), left);
    squares = mulAdd(squares, centred, centred);
  }
  const inverse: f32 = 1 / sqrt<f32>(sum4(squares) / f32(width) + epsilon);
  const factor = f32x4.splat(inverse);
  for (let j: i32 = 0; j < width; j += 4) {
    const left = width - j;
    const at = row + usize(j) * 4;
    store4(at, f32x4.mul(f32x4.sub(load4(at, left), mean), factor), left);
  }
  return inverse;
}

/**
 * y = norm(dropout(x + bias) + residual) gamma + beta. x, residual, y [rows, width]; bias, gamma, beta [width]; seed [2].
 * normalized [rows, width] and inverse deviation [rows], or where `saves` is 0 memory of one row and none.
 */
export function residualNorm(
  rows: i32, width: i32, x: usize, bias: usize, residual: usize, gamma: usize, beta: usize,
  epsilon: f32, rate: f32, seed: usize, y: usize, normalized: usize, inverse: usize, saves: i32,
): void {
  const drops = dropThreshold(rate) != 0;
  const threshold = i32x4.splat(dropThreshold(rate));
  const scale = f32x4.splat(1 / (1 - rate));
  const seed0 = v128.load32_splat(seed);
  const seed1 = v128.load32_splat(seed, 4);
  const row = usize(width) * 4;
  for (let i: i32 = 0; i < rows; i++) {
    for (let j: i32 = 0; j < width; j += 4) {
      const left = width - j;
      const at = usize(j) * 4;
      let v = f32x4.add(load4(x + at, left), load4(bias + at, left));
      if (drops) v = f32x4.mul(v, dropFactors(elements4(i * width + j), seed0, seed1, threshold, scale));
      store4(normalized + at, f32x4.add(v, load4(residual + at, left)), left);
    }
    const deviation = normalize(normalized, width, epsilon);
    for (let j: i32 = 0; j < width; j += 4) {
      const left = width - j;
      const at = usize(j) * 4;
      store4(y + at, mulAdd(load4(beta + at, left), load4(normalized + at, left), load4(gamma + at, left)), left);
    }
    x += row;
    residual += row;
    y += row;
    if (saves) {
      store<f32>(inverse + usize(i) * 4, deviation);
      normalized += row;
    }
  }
}

/**
 * The embeddings: y = dropout(norm(words[ids] + places[positions]) gamma + beta), the rest as in `residualNorm`.
 * @returns 0 where an id or a position is out of range, and then nothing is written
 */
export function embeddingNorm(
  rows: i32, width: i32, words: usize, vocabulary: i32, places: usize, placeCount: i32, ids: usize, positions: usize,
  gamma: usize, beta: usize, epsilon: f32, rate: f32, seed: usize, y: usize, normalized: usize, inverse: usize, saves: i32,
): i32 {
  for (let i: i32 = 0; i < rows; i++) {
    if (load<u32>(ids + usize(i) * 4) >= u32(vocabulary)) return 0;
    if (load<u32>(positions + usize(i) * 4) >= u32(placeCount)) return 0;
  }
  const drops = dropThreshold(rate) != 0;
  const threshold = i32x4.splat(dropThreshold(rate));
  const scale = f32x4.splat(1 / (1 - rate));
  const seed0 = v128.load32_splat(seed);
  const seed1 = v128.load32_splat(seed, 4);
  const row = usize(width) * 4;
  for (let i: i32 = 0; i < rows; i++) {
    const word = words + usize(load<u32>(ids + usize(i) * 4)) * row;
    const place = places + usize(load<u32>(positions + usize(i) * 4)) * row;
    for (let j: i32 = 0; j < width; j += 4) {
      const left = width - j;
      const at = usize(j) * 4;
      store4(normalized + at, f32x4.add(load4(word + at, left), load4(place + at, left)), left);
    }
    const deviation = normalize(normalized, width, epsilon);
    for (let j: i32 = 0; j < width; j += 4) {
      const left = width - j;
      const at = usize(j) * 4;
      let v = mulAdd(load4(beta + at, left), load4(normalized + at, left), load4(gamma + at, left));
      if (drops) v = f32x4.mul(v, dropFactors(elements4(i * width + j), seed0, seed1, threshold, scale));
      store4(y + at, v, left);
    }
    y += row;
    if (saves) {
      store<f32>(inverse + usize(i) * 4, deviation);
      normalized += row;
    }
  }
  return 1;
}

/**
 * The gradients of both norms at a dy that comes in `parts`, whose addresses lie at `dys`, and that is added up in `sum`, [width].
 * dx [rows, width]; dGamma, dBeta [width]. With `dBias`, that of `residualNorm`: dx is the residual's, `dropped` the gradient
 * at x (written with dropout only). Without (0), that of `embeddingNorm`, whose dropout comes after the norm.
 */
export function normGradient(
  rows: i32, width: i32, normalized: usize, inverse: usize, gamma: usize, rate: f32, seed: usize, dys: usize, parts: i32,
  dx: usize, dropped: usize, dGamma: usize, dBeta: usize, dBias: usize, sum: usize,
): void {
  const drops = dropThreshold(rate) != 0;
  const threshold = i32x4.splat(dropThreshold(rate));
  const scale = f32x4.splat(1 / (1 - rate));
  const seed0 = v128.load32_splat(seed);
  const seed1 = v128.load32_splat(seed, 4);
  const row = usize(width) * 4;
  memory.fill(dGamma, 0, row);
  memory.fill(dBeta, 0, row);
  if (dBias) memory.fill(dBias, 0, row);
  for (let i: i32 = 0; i < rows; i++) {
    const offset = usize(i) * row;
    let plain = f32x4.splat(0);
    let projected = f32x4.splat(0);
    for (let j: i32 = 0; j < width; j += 4) {
      const left = width - j;
      const at = usize(j) * 4;
      let d = load4(load<usize>(dys) + offset + at, left);
      for (let p: i32 = 1; p < parts; p++) d = f32x4.add(d, load4(load<usize>(dys + usize(p) * 4) + offset + at, left));
      if (drops && !dBias) d = f32x4.mul(d, dropFactors(elements4(i * width + j), seed0, seed1, threshold, scale));
      store4(sum + at, d, left);
      const n = load4(normalized + offset + at, left);
      store4(dGamma + at, mulAdd(load4(dGamma + at, left), d, n), left);
      store4(dBeta + at, f32x4.add(load4(dBeta + at, left), d), left);
      const h = f32x4.mul(d, load4(gamma + at, left));
      plain = f32x4.add(plain, h);
      projected = mulAdd(projected, h, n);
    }
    const mean = f32x4.splat(sum4(plain) / f32(width));
    const along = f32x4.splat(sum4(projected) / f32(width));
    const deviation = v128.load32_splat(inverse + usize(i) * 4);
    for (let j: i32 = 0; j < width; j += 4) {
      const left = width - j;
      const at = usize(j) * 4;
      const h = f32x4.mul(load4(sum + at, left), load4(gamma + at, left));
      const rest = f32x4.sub(f32x4.sub(h, mean), f32x4.mul(load4(normalized + offset + at, left), along));
      let d = f32x4.mul(rest, deviation);
      store4(dx + offset + at, d, left);
      if (!dBias) continue;
      if (drops) {
        d = f32x4.mul(d, dropFactors(elements4(i * width + j), seed0, seed1, threshold, scale));
        store4(dropped + offset + at, d, left);
      }
      store4(dBias + at, f32x4.add(load4(dBias + at, left), d), left);
    }
  }
}
