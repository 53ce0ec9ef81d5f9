import { expect, test } from 'vitest';
import { type Schedule, scheduleFactor, warmupSteps } from '../../src/trainer/schedule.ts';
import { fixtureJson } from '../parity/fixtures.ts';

const { cases } = fixtureJson<{ cases: (Schedule & { totalSteps: number; factors: number[] })[] }>('schedules.json');

test.each(cases)('$type over $totalSteps steps with $warmup of warm-up, as transformers', (schedule) => {
  schedule.factors.forEach((factor, i) => {
    expect(scheduleFactor(schedule, i + 1, schedule.totalSteps), `step ${i + 1}`).toBeCloseTo(factor, 12);
  });
});

test('warm-up below 1 is a ratio, rounded up; from 1 on a number of steps', () => {
  expect(warmupSteps(0.1, 94)).toBe(10);
  expect(warmupSteps(0, 94)).toBe(0);
  expect(warmupSteps(1, 94)).toBe(1);
  expect(warmupSteps(30, 94)).toBe(30);
  expect(warmupSteps(100, 94)).toBe(94);
});
