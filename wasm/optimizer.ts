import { load4, mulAdd, store4 } from './numbers';

/** In double precision. */
export function sumOfSquares(size: i32, x: usize): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let i: i32 = 0; i < size; i += 4) {
    const v = load4(x + usize(i) * 4, size - i);
    const a = f64x2.promote_low_f32x4(v);
    const b = f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * AdamW (Loshchilov & Hutter 2019), as torch.optim.AdamW computes it: w, m, v are updated in place.
 * @param rate learning rate / (1 - beta1^t)
 * @param decay 1 - learning rate x weight decay
 * @param root sqrt(1 - beta2^t)
 * @param scale factor on the gradient
 */
export function adamW(
  size: i32, w: usize, m: usize, v: usize, g: usize, share1: f32, beta2: f32, share2: f32, epsilon: f32, root: f32, scale: f32,
  rate: f32, decay: f32,
): void {
  const inverseRoot = f32x4.splat(1 / root);
  for (let i: i32 = 0; i < size; i += 4) {
    const left = size - i;
    const at = usize(i) * 4;
    const gradient = f32x4.mul(load4(g + at, left), f32x4.splat(scale));
    const before = load4(m + at, left);
    const m1 = mulAdd(before, f32x4.splat(share1), f32x4.sub(gradient, before));
    const squared = f32x4.mul(f32x4.mul(f32x4.splat(share2), gradient), gradient);
    const m2 = mulAdd(squared, f32x4.splat(beta2), load4(v + at, left));
    store4(m + at, m1, left);
    store4(v + at, m2, left);
    const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(m2), inverseRoot), f32x4.splat(epsilon));
    const step = f32x4.div(f32x4.mul(f32x4.splat(rate), m1), denominator);
    store4(w + at, f32x4.sub(f32x4.mul(load4(w + at, left), f32x4.splat(decay)), step), left);
  }
}
