/** A generator of 32-bit unsigned integers. */
export type Random = () => number;

/**
 * A small seeded generator (sfc32: three words of state and a counter), the same on every machine.
 * It decides splits, not weights: nothing here needs to be unpredictable.
 */
export function createRandom(seed: number): Random {
  let a = seed >>> 0;
  let b = Math.floor(seed / 2 ** 32) >>> 0;
  let c = 0x9e3779b9;
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // The state of a small seed is mostly zeros; the first dozen outputs would show it.
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** A whole number of 0 ... bound - 1, every one equally likely (outputs of the uneven tail are drawn again). */
export function randomBelow(random: Random, bound: number): number {
  const limit = 2 ** 32 - (2 ** 32 % bound);
  let value = random();
  while (value >= limit) value = random();
  return value % bound;
}

/** Shuffles in place (Fisher-Yates). */
export function shuffle(values: Int32Array | number[], random: Random): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = randomBelow(random, i + 1);
    const swapped = values[i]!;
    values[i] = values[j]!;
    values[j] = swapped;
  }
}
