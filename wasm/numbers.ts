/** Elementwise functions of four numbers at once: the formulas of `native/numbers.h`, where they are explained. */

/** The `left` elements at an address, at most four; 0 in the lanes beyond. */
@inline
export function load4(at: usize, left: i32): v128 {
  return left >= 4 ? v128.load(at) : loadPart(at, left);
}

function loadPart(at: usize, left: i32): v128 {
  let x = v128.load32_zero(at);
  if (left > 1) x = f32x4.replace_lane(x, 1, load<f32>(at, 4));
  if (left > 2) x = f32x4.replace_lane(x, 2, load<f32>(at, 8));
  return x;
}

/** Stores the first `left` lanes, at most four. */
@inline
export function store4(at: usize, x: v128, left: i32): void {
  if (left >= 4) v128.store(at, x);
  else storePart(at, x, left);
}

function storePart(at: usize, x: v128, left: i32): void {
  store<f32>(at, f32x4.extract_lane(x, 0));
  if (left > 1) store<f32>(at, f32x4.extract_lane(x, 1), 4);
  if (left > 2) store<f32>(at, f32x4.extract_lane(x, 2), 8);
}

/** x in the first `left` lanes, 0 in those beyond. */
@inline
export function first4(x: v128, left: i32): v128 {
  return left >= 4 ? x : v128.and(x, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left)));
}

@inline
export function sum4(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 2) + (f32x4.extract_lane(x, 1) + f32x4.extract_lane(x, 3))
  );
}

@inline
export function mulAdd(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** e^x to two units in the last place; 0 below -87.3. */
@inline
export function exponential(x: v128): v128 {
  const lowest = f32x4.splat(-87.3);
  // In this order NaN stays what it is.
  const clamped = f32x4.pmin(f32x4.pmax(x, lowest), f32x4.splat(88));
  const shift = f32x4.splat(12582912);
  const shifted = f32x4.add(f32x4.mul(clamped, f32x4.splat(1.44269504088896341)), shift);
  const whole = f32x4.sub(shifted, shift);
  const r = f32x4.add(
    f32x4.sub(clamped, f32x4.mul(whole, f32x4.splat(0.693359375))),
    f32x4.mul(whole, f32x4.splat(2.1219444e-4)),
  );
  let sum = f32x4.splat(1.0 / 5040);
  sum = mulAdd(f32x4.splat(1.0 / 720), sum, r);
  sum = mulAdd(f32x4.splat(1.0 / 120), sum, r);
  sum = mulAdd(f32x4.splat(1.0 / 24), sum, r);
  sum = mulAdd(f32x4.splat(1.0 / 6), sum, r);
  sum = mulAdd(f32x4.splat(0.5), sum, r);
  sum = mulAdd(f32x4.splat(1), sum, r);
  sum = mulAdd(f32x4.splat(1), sum, r);
  const exponent = i32x4.add(i32x4.sub(shifted, shift), i32x4.splat(127));
  const power = i32x4.shl(exponent, 23);
  return v128.andnot(f32x4.mul(sum, power), f32x4.lt(x, lowest));
}

/** Phi(x), the normal distribution function, of e = exp(-x^2 / 2). */
@inline
export function normalCdf(x: v128, e: v128): v128 {
  const one = f32x4.splat(1);
  const z = f32x4.mul(f32x4.abs(x), f32x4.splat(0.70710678118654752));
  const t = f32x4.div(one, mulAdd(one, f32x4.splat(0.46), z));
  let p = f32x4.splat(0.09017743646507048);
  p = mulAdd(f32x4.splat(-0.4543092004701602), p, t);
  p = mulAdd(f32x4.splat(0.72097339591048), p, t);
  p = mulAdd(f32x4.splat(-0.23400066224019875), p, t);
  p = mulAdd(f32x4.splat(0.3865290887471998), p, t);
  p = mulAdd(f32x4.splat(0.2285304845779743), p, t);
  p = mulAdd(f32x4.splat(0.26209945802292384), p, t);
  const tail = f32x4.mul(f32x4.mul(f32x4.splat(0.5), e), f32x4.mul(t, p));
  return v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(x, f32x4.splat(0)));
}

/** exp(-x^2 / 2) */
@inline
export function bell(x: v128): v128 {
  return exponential(f32x4.mul(f32x4.mul(f32x4.splat(-0.5), x), x));
}

/** Below it, of 2^32, an element is dropped. */
@inline
export function dropThreshold(rate: f32): u32 {
  return u32(f64(rate) * 4294967296.0);
}

/** Numbers of four elements that lie side by side. */
@inline
export function elements4(first: u32): v128 {
  return i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
}

/** Dropout's factors of four elements, 0 or `scale`: the same as those of the native kernels. All but `elements` are splats. */
@inline
export function dropFactors(elements: v128, seed0: v128, seed1: v128, threshold: v128, scale: v128): v128 {
  const a = i32x4.splat(0x7feb352d);
  const b = i32x4.splat(0x846ca68b);
  let h = v128.xor(elements, seed0);
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 16)), a);
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 15)), b);
  h = i32x4.add(v128.xor(h, i32x4.shr_u(h, 16)), seed1);
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 16)), a);
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 15)), b);
  h = v128.xor(h, i32x4.shr_u(h, 16));
  return v128.andnot(scale, i32x4.lt_u(h, threshold));
}
