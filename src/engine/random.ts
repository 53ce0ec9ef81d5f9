import type { RandomKey } from './types.ts';

/**
 * Counter-based randomness: every number is a pure function of a key, so that a resumed run draws what the unbroken run
 * would have drawn and no generator state has to be saved.
 */

/** A bijective mixing of 32 bits (the finalizer of MurmurHash3, Appleby 2011). */
function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/** Folds a key into two 32-bit words that seed a stream. */
export function seedWords({ seed, step, site }: RandomKey): [number, number] {
  // The seed may exceed 32 bits: both halves count.
  const high = Math.floor(seed / 2 ** 32) | 0;
  const a = mix(mix(seed | 0) ^ Math.imul(high, 0x9e3779b1));
  const b = mix(mix(step + 0x7f4a7c15) ^ Math.imul(site + 1, 0x27d4eb2f));
  return [a, mix(b ^ a)];
}

/** A generator of uniform 32-bit integers (sfc32, Doty-Humphrey 2010), seeded by a key. */
export function randomIntegers(key: RandomKey): () => number {
  const [s0, s1] = seedWords(key);
  let a = s0;
  let b = s1;
  let c = mix(s0 ^ 0x5bf03635);
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) next(); // the first outputs of like seeds are alike
  return next;
}

/** A whole number of 0 .. bound - 1, every one equally likely (outputs of the uneven tail are drawn again). */
export function randomBelow(next: () => number, bound: number): number {
  const limit = 2 ** 32 - (2 ** 32 % bound);
  let value = next();
  while (value >= limit) value = next();
  return value % bound;
}

/** Shuffles in place (Fisher & Yates). */
export function shuffle(values: Int32Array | Uint32Array | number[], next: () => number): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = randomBelow(next, i + 1);
    const held = values[i]!;
    values[i] = values[j]!;
    values[j] = held;
  }
}

/** A uniformly random order of 0 .. count - 1. */
export function permutation(count: number, key: RandomKey): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  shuffle(order, randomIntegers(key));
  return order;
}

/** Normally distributed values with mean 0 (Box & Muller 1958). */
export function normals(count: number, deviation: number, key: RandomKey): Float32Array {
  const next = randomIntegers(key);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log((next() + 1) / 2 ** 32));
    const angle = 2 * Math.PI * (next() / 2 ** 32);
    values[i] = radius * Math.cos(angle);
    if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}
