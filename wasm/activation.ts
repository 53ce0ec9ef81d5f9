import { bell, first4, load4, mulAdd, normalCdf, store4 } from './numbers';

/** y = gelu(x + bias), or relu. x, y [rows, width]; bias [width]. */
export function biasActivation(isGelu: i32, rows: i32, width: i32, x: usize, bias: usize, y: usize): void {
  for (let i: i32 = 0; i < rows; i++) {
    for (let j: i32 = 0; j < width; j += 4) {
      const left = width - j;
      const at = usize(j) * 4;
      const v = f32x4.add(load4(x + at, left), load4(bias + at, left));
      const value = isGelu ? f32x4.mul(v, normalCdf(v, bell(v))) : f32x4.pmax(v, f32x4.splat(0));
      store4(y + at, value, left);
    }
    x += usize(width) * 4;
    y += usize(width) * 4;
  }
}

/** dx = dy f'(x + bias), [rows, width]; dBias [width]. */
export function biasActivationGradient(
  isGelu: i32, rows: i32, width: i32, x: usize, bias: usize, dy: usize, dx: usize, dBias: usize,
): void {
  memory.fill(dBias, 0, usize(width) * 4);
  const density = f32x4.splat(0.39894228040143268);
  for (let i: i32 = 0; i < rows; i++) {
    for (let j: i32 = 0; j < width; j += 4) {
      const left = width - j;
      const at = usize(j) * 4;
      const v = f32x4.add(load4(x + at, left), load4(bias + at, left));
      let slope: v128;
      if (isGelu) {
        const e = bell(v);
        slope = mulAdd(normalCdf(v, e), v, f32x4.mul(e, density));
      } else slope = v128.and(f32x4.splat(1), f32x4.gt(v, f32x4.splat(0)));
      const d = f32x4.mul(load4(dy + at, left), slope);
      store4(dx + at, d, left);
      store4(dBias + at, f32x4.add(load4(dBias + at, left), first4(d, left)), left);
    }
    x += usize(width) * 4;
    dy += usize(width) * 4;
    dx += usize(width) * 4;
  }
}
