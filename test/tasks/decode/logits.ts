/** The logits that test/parity/decoding.py draws with this seed: float32, uniform in [-6, 6). */
export function drawLogits(seed: number, count: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 12 - 6;
  });
}
