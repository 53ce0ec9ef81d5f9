/** Writes the gradient at `x` into `gradient` (same length) and returns the value there. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

/** Sizes of steps and of changes of the gradient, from which the curvature is estimated. */
interface Correction {
  step: Float64Array;
  change: Float64Array;
  /** step . change */
  curvature: number;
}

/**
 * The minimum of a smooth convex function, from zero: limited-memory BFGS with a backtracking line search. Deterministic.
 * Nocedal and Wright, Numerical Optimization, 2nd edition, algorithms 7.4 and 7.5.
 * Ends when no component of the gradient exceeds `tolerance`, or after `maxIterations`.
 */
export function minimize(
  objective: Objective,
  size: number,
  options: { tolerance?: number; maxIterations?: number; memory?: number } = {},
): Float64Array {
  const { tolerance = 1e-4, maxIterations = 200, memory = 10 } = options;
  let x = new Float64Array(size);
  let gradient = new Float64Array(size);
  let value = objective(x, gradient);
  let nextX = new Float64Array(size);
  let nextGradient = new Float64Array(size);
  const history: Correction[] = [];

  for (let iteration = 0; iteration < maxIterations && largest(gradient) > tolerance; iteration++) {
    const direction = descent(gradient, history);
    const slope = dot(direction, gradient);
    let length = history.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    let nextValue = Number.NaN;
    // Halve the step until the value falls by a share of what the slope promises (Armijo's condition).
    for (let trial = 0; trial < 40; trial++, length /= 2) {
      for (let i = 0; i < size; i++) nextX[i] = x[i]! + length * direction[i]!;
      nextValue = objective(nextX, nextGradient);
      if (nextValue <= value + 1e-4 * length * slope) break;
    }
    // No fall within rounding: this is the minimum as far as the numbers can tell.
    if (!(nextValue < value)) break;

    const step = nextX.map((v, i) => v - x[i]!);
    const change = nextGradient.map((v, i) => v - gradient[i]!);
    const curvature = dot(step, change);
    if (curvature > 0) history.push({ step, change, curvature });
    if (history.length > memory) history.shift();
    value = nextValue;
    [x, nextX] = [nextX, x];
    [gradient, nextGradient] = [nextGradient, gradient];
  }
  return x;
}

/** The gradient times the estimated inverse of the curvature, turned downhill. */
function descent(gradient: Float64Array, history: readonly Correction[]): Float64Array {
  const direction = gradient.map((v) => -v);
  const shares: number[] = [];
  for (let k = history.length - 1; k >= 0; k--) {
    const { step, change, curvature } = history[k]!;
    shares[k] = dot(step, direction) / curvature;
    addScaled(direction, change, -shares[k]!);
  }
  const last = history.at(-1);
  if (last) {
    const scale = last.curvature / dot(last.change, last.change);
    for (let i = 0; i < direction.length; i++) direction[i]! *= scale;
  }
  for (let k = 0; k < history.length; k++) {
    const { step, change, curvature } = history[k]!;
    addScaled(direction, step, shares[k]! - dot(change, direction) / curvature);
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * source[i]!;
}

function largest(values: Float64Array): number {
  let result = 0;
  for (let i = 0; i < values.length; i++) result = Math.max(result, Math.abs(values[i]!));
  return result;
}
