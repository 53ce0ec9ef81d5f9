/** Whole numbers below `limit`, the same ones for a seed (Marsaglia's xorshift32). */
export function createDraws(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}
