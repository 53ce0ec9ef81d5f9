import { expect, test } from 'vitest';
import {
  type Done,
  measured,
  noPace,
  type Pace,
  type Plan,
  timeLeft,
  unitsLeft,
} from '../../cli/dashboard/state/eta.ts';

const plan: Plan = {
  totalSteps: 100,
  stepsPerEpoch: 40,
  evaluateEvery: null,
  saveEvery: 30,
  validationRows: 50,
  testRows: 0,
};

const begun: Done = {
  step: 0,
  evaluatedAt: 0,
  evaluations: 0,
  improvements: 0,
  steps: noPace,
  evaluating: noPace,
  saving: noPace,
  secondsPerExample: 0,
  underWay: 0,
};

const exactly = (mean: number): Pace => ({ count: 1_000_000, mean, variance: 0 });

test.each([
  // Evaluations at 40, 80 and 100; saves at 30, 60 and 90, and half of the evaluations.
  [{ step: 0 }, { steps: 100, evaluations: 3, saves: 3 + 3 * (1 / 2) }],
  [{ step: 30 }, { steps: 70, evaluations: 3, saves: 2 + 3 * (1 / 2) }],
  // Step 40 is done, its evaluation is not.
  [{ step: 40 }, { steps: 60, evaluations: 3, saves: 2 + 3 * (1 / 2) }],
  [
    { step: 40, evaluatedAt: 40, evaluations: 1, improvements: 1 },
    { steps: 60, evaluations: 2, saves: 2 + 2 * (2 / 3) },
  ],
  // Evaluated out of turn, which takes none of the others' place.
  [
    { step: 70, evaluatedAt: 63, evaluations: 2, improvements: 2 },
    { steps: 30, evaluations: 2, saves: 1 + 2 * (3 / 4) },
  ],
  [
    { step: 100, evaluatedAt: 80, evaluations: 2, improvements: 1 },
    { steps: 0, evaluations: 1, saves: 1 / 2 },
  ],
  [
    { step: 100, evaluatedAt: 100, evaluations: 3, improvements: 1 },
    { steps: 0, evaluations: 0, saves: 0 },
  ],
])('what is left after %o', (done, left) => {
  expect(unitsLeft(plan, { ...begun, ...done })).toEqual(left);
});

test('without validation rows there is one save, at the end', () => {
  expect(unitsLeft({ ...plan, validationRows: 0, saveEvery: null }, begun)).toEqual({
    steps: 100,
    evaluations: 0,
    saves: 1,
  });
});

test('the time left is that of steps, evaluations, saves and the test rows', () => {
  const done = { ...begun, step: 41, evaluatedAt: 40, evaluations: 1, improvements: 0 };
  const paces = { steps: exactly(2), evaluating: exactly(10), saving: exactly(3) };
  const { seconds } = timeLeft({ ...plan, testRows: 25 }, { ...done, ...paces })!;
  expect(seconds).toBeCloseTo(59 * 2 + 2 * 10 + (2 + 2 / 3) * 3 + 5, 10);
});

test('before the first step of this process nothing is said', () => {
  expect(timeLeft(plan, { ...begun, step: 60, evaluating: exactly(10) })).toBeNull();
});

test('right after a resume the pace is that of this process: what came before is no part of it', () => {
  // 90 steps were done elsewhere; one was measured here.
  const resumed = { ...begun, step: 91, evaluatedAt: 80, evaluations: 2, improvements: 2, steps: measured(noPace, 4) };
  const { seconds } = timeLeft({ ...plan, saveEvery: null, validationRows: 0 }, resumed)!;
  expect(seconds).toBe(36);
});

test('before the first evaluation it is taken for the forward part of as many training examples', () => {
  const { seconds } = timeLeft({ ...plan, saveEvery: null }, { ...begun, steps: exactly(1), secondsPerExample: 0.3 })!;
  expect(seconds).toBeCloseTo(100 + 3 * 50 * 0.1, 10);
});

test('the unit under way counts down, and not below its end', () => {
  const base = { ...begun, step: 81, evaluatedAt: 80, evaluations: 2, steps: exactly(2), evaluating: exactly(10) };
  const at = (done: Partial<Done>) => timeLeft({ ...plan, saveEvery: null }, { ...base, ...done })!.seconds;
  expect(at({ underWay: 1.5 })).toBe(19 * 2 + 10 - 1.5);
  expect(at({ underWay: 60 })).toBe(19 * 2 + 10 - 2);
  expect(at({ step: 100, underWay: 4 })).toBe(6);
  expect(at({ step: 100, underWay: 40 })).toBe(0);
});

test('a pace leaves the first unit out once there is a second, and weighs the last hundred', () => {
  expect(measured(noPace, 9)).toEqual({ count: 1, mean: 9, variance: 0 });
  expect([9, 2, 4].reduce(measured, noPace)).toEqual({ count: 3, mean: 3, variance: 1 });
  const long = Array.from({ length: 2000 }, (_, i) => (i < 1000 ? 1 : 5)).reduce(measured, noPace);
  expect(long.mean).toBeCloseTo(5, 3);
});

test('in simulated runs the true time lies within the spread 19 times of 20, at every point of the run', () => {
  const random = generator(7);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let within = 0;
  let points = 0;
  let relative = 0;
  const run: Plan = { ...plan, totalSteps: 300, stepsPerEpoch: 100, evaluateEvery: 25, saveEvery: 60, testRows: 40 };
  for (let repeat = 0; repeat < 200; repeat++) {
    const moments: { done: Done; clock: number }[] = [];
    let clock = 0;
    let done = { ...begun };
    for (let step = 1; step <= run.totalSteps; step++) {
      const seconds = Math.max(0.1, 1 + 0.3 * normal());
      clock += seconds;
      done = { ...done, step, steps: measured(done.steps, seconds) };
      if (step === 40 || step === 130 || step === 250) moments.push({ done, clock });
      if (step % 25 === 0) {
        const evaluation = 8 + 0.5 * normal();
        const improves = random() < 0.5;
        clock += evaluation;
        const improvements = done.improvements + Number(improves);
        const evaluating = measured(done.evaluating, evaluation);
        done = { ...done, evaluating, evaluatedAt: step, evaluations: done.evaluations + 1, improvements };
        if (improves) {
          clock += 1.5;
          done = { ...done, saving: measured(done.saving, 1.5) };
        }
      }
      if (step % 60 === 0 && step < run.totalSteps) {
        clock += 1.5;
        done = { ...done, saving: measured(done.saving, 1.5) };
      }
    }
    clock += (8 * run.testRows) / run.validationRows;
    for (const moment of moments) {
      const { seconds, spread } = timeLeft(run, moment.done)!;
      const truth = clock - moment.clock;
      points++;
      within += Number(Math.abs(seconds - truth) <= spread);
      relative += (seconds - truth) / truth / 600;
    }
  }
  expect(points).toBe(600);
  expect(within / points).toBeGreaterThan(0.9);
  expect(within / points).toBeLessThan(1);
  expect(Math.abs(relative)).toBeLessThan(0.01);
});

/** Numbers from 0 to 1, the same each time (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
