/** Mean and variance of the seconds that a kind of work takes, recent ones weighing more. */
export interface Pace {
  /** How many were measured. 0: `mean` is a guess, or there is none (0). */
  count: number;
  mean: number;
  variance: number;
}

export const noPace: Pace = { count: 0, mean: 0, variance: 0 };

/** Work of these last many units is what the pace goes by. */
const window = 100;

/**
 * A pace with one more measurement: plain mean and variance of the first `window`, exponentially weighted ones after that
 * (West 1979). The first unit of a process, which is slower than all others, counts only until there is a second.
 */
export function measured({ count, mean, variance }: Pace, seconds: number): Pace {
  if (count <= 1) return { count: count + 1, mean: seconds, variance: 0 };
  const weight = 1 / Math.min(count, window);
  const difference = seconds - mean;
  return {
    count: count + 1,
    mean: mean + weight * difference,
    variance: (1 - weight) * (variance + weight * difference ** 2),
  };
}

/** What is known of a run before it trains. */
export interface Plan {
  totalSteps: number;
  stepsPerEpoch: number;
  /** Steps between evaluations; null: once per epoch. */
  evaluateEvery: number | null;
  /** Steps between checkpoints to resume from; null: none. */
  saveEvery: number | null;
  validationRows: number;
  testRows: number;
}

/** What this process has done. A run that was resumed begins anew here, but for `step` and the evaluations counted. */
export interface Done {
  step: number;
  /** Step of the last evaluation; 0: none yet. */
  evaluatedAt: number;
  evaluations: number;
  /** Those that were the best so far: each of them saves. */
  improvements: number;
  steps: Pace;
  evaluating: Pace;
  saving: Pace;
  /** Of training, per example; the guess for evaluations before the first goes by it. */
  secondsPerExample: number;
  /** Seconds since the last of this was known: of the unit under way. */
  underWay: number;
}

/** Units of work that are still to come. Saves are an expectation, and so no whole number. */
export interface Left {
  steps: number;
  evaluations: number;
  saves: number;
}

/** How many steps, evaluations and saves are left, as the trainer's loop will do them. */
export function unitsLeft(plan: Plan, { step, evaluatedAt, evaluations, improvements }: Done): Left {
  const { totalSteps, stepsPerEpoch, saveEvery } = plan;
  const every = plan.evaluateEvery ?? stepsPerEpoch;
  const isDue = (at: number) => at > 0 && (at % every === 0 || at === totalSteps);
  let toEvaluate = 0;
  if (plan.validationRows > 0) {
    const pending = isDue(step) && evaluatedAt !== step ? 1 : 0;
    const atEnd = step < totalSteps && totalSteps % every !== 0 ? 1 : 0;
    toEvaluate = pending + Math.floor(totalSteps / every) - Math.floor(step / every) + atEnd;
  }
  // Periodic ones come after a step that another follows; the share of evaluations that improve goes by Laplace's rule.
  const last = totalSteps - 1;
  const periodic = saveEvery === null ? 0 : Math.max(0, Math.floor(last / saveEvery) - Math.floor(step / saveEvery));
  const improving = toEvaluate * ((improvements + 1) / (evaluations + 2));
  const atEnd = plan.validationRows === 0 ? 1 : 0;
  return { steps: Math.max(0, totalSteps - step), evaluations: toEvaluate, saves: periodic + improving + atEnd };
}

export interface Remaining {
  seconds: number;
  /** Half of the interval that the true value lies in 19 times of 20. */
  spread: number;
}

/** Coefficients of variation to begin with: of what was measured little, and of what was not measured. */
const fewVariation = 0.2;
const guessVariation = 0.5;

/** An evaluation goes forward only, a training step forward and twice as much backward. */
const forwardShare = 1 / 3;

/**
 * Seconds that a run will still take, evaluations and saves included; null before the first step of this process.
 *
 * Each kind of work has n units left, and a pace of mean m and variance v from k measurements (at most twice the window,
 * the effective number of an exponentially weighted mean). Its time is n m, with variance n v (the units differ) plus
 * n^2 v / k (the mean is not known well); v is pooled with one imagined measurement. The spread is 1.96 standard deviations
 * of the sum. Nothing of pauses, of other processes, or of the time before this process enters.
 */
export function timeLeft(plan: Plan, done: Done): Remaining | null {
  if (done.steps.count === 0) return null;
  const left = unitsLeft(plan, done);
  const perRow = done.secondsPerExample * forwardShare;
  const evaluating = done.evaluating.count > 0 ? done.evaluating : guess(perRow * plan.validationRows);
  const test =
    done.evaluating.count > 0 && plan.validationRows > 0
      ? { left: plan.testRows / plan.validationRows, pace: done.evaluating }
      : { left: plan.testRows > 0 ? 1 : 0, pace: guess(perRow * plan.testRows) };
  const work = [
    { left: left.steps, pace: done.steps },
    { left: left.evaluations, pace: evaluating },
    { left: left.saves, pace: done.saving },
    test,
  ];
  const seconds = work.reduce((sum, { left: n, pace }) => sum + n * pace.mean, 0);
  const variance = work.reduce((sum, { left: n, pace }) => sum + varianceOf(n, pace), 0);
  // The unit under way is partly done; one that takes longer than expected does not make the rest shorter.
  const pending = left.evaluations > 0 && isEvaluating(plan, done) ? evaluating.mean : done.steps.mean;
  const elapsed = Math.min(done.underWay, pending, seconds);
  return { seconds: seconds - elapsed, spread: 1.96 * Math.sqrt(variance) };
}

function isEvaluating(plan: Plan, { step, evaluatedAt }: Done): boolean {
  const every = plan.evaluateEvery ?? plan.stepsPerEpoch;
  return evaluatedAt !== step && (step % every === 0 || step === plan.totalSteps);
}

const guess = (mean: number): Pace => ({ count: 0, mean, variance: 0 });

function varianceOf(left: number, { count, mean, variance }: Pace): number {
  const known = Math.min(Math.max(count - 1, 0), 2 * window);
  const prior = ((count === 0 ? guessVariation : fewVariation) * mean) ** 2;
  const pooled = (known * variance + prior) / (known + 1);
  return left * pooled + (left ** 2 * pooled) / (known + 1);
}
