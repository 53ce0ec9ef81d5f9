/** The random numbers of `test/parity/metrics_random.py`, drawn in the same way. */
export interface Draw {
  /** 32 random bits. */
  bits(): number;
  /** A whole number from 0 to n - 1. */
  below(n: number): number;
  /** From 0 on and below 1. */
  real(): number;
  pick<T>(options: readonly T[]): T;
  /** The numbers from 0 to n - 1 in random order. */
  shuffled(n: number): number[];
}

export function createDraw(seed: number): Draw {
  let state = seed >>> 0;
  const bits = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  const real = () => bits() / 2 ** 32;
  const below = (n: number) => Math.floor(real() * n);
  return {
    bits,
    below,
    real,
    pick: (options) => options[below(options.length)]!,
    shuffled: (n) => {
      const order = Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = below(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
  };
}

/** `make()` that many times, in order. */
export function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

/** Upper bounds of the number of rows: mostly few, where undefined values are frequent. */
export const rowBounds = [3, 8, 8, 40];
