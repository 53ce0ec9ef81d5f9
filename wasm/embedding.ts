import { dropFactors, dropThreshold, elements4, load4, store4 } from './numbers';

/**
 * The gradient of a gather: rows [rows, width] added up by index into sums [count, width]; a negative index drops its row.
 * @returns 0 where an index is out of range, and then nothing is written
 */
export function scatterRows(rows: i32, width: i32, from: usize, indices: usize, count: i32, sums: usize): i32 {
  for (let i: i32 = 0; i < rows; i++) if (load<i32>(indices + usize(i) * 4) >= count) return 0;
  memory.fill(sums, 0, usize(count) * width * 4);
  for (let i: i32 = 0; i < rows; i++) {
    const index = load<i32>(indices + usize(i) * 4);
    if (index < 0) continue;
    const row = from + usize(i) * width * 4;
    const to = sums + usize(index) * width * 4;
    for (let j: i32 = 0; j < width; j += 4) {
      const left = width - j;
      const at = usize(j) * 4;
      store4(to + at, f32x4.add(load4(to + at, left), load4(row + at, left)), left);
    }
  }
  return 1;
}

/** Dropout's factors, 0 or 1 / (1 - rate). */
export function dropoutMask(size: i32, rate: f32, seed: usize, mask: usize): void {
  const threshold = i32x4.splat(dropThreshold(rate));
  const scale = f32x4.splat(1 / (1 - rate));
  const seed0 = v128.load32_splat(seed);
  const seed1 = v128.load32_splat(seed, 4);
  for (let i: i32 = 0; i < size; i += 4) {
    store4(mask + usize(i) * 4, dropFactors(elements4(i), seed0, seed1, threshold, scale), size - i);
  }
}
