import { expect, test } from 'vitest';
import { createCollector } from '../../cli/report/collect.ts';
import type { AnyEvent } from '../../cli/run/events.ts';

function collected(events: readonly AnyEvent[]) {
  const collector = createCollector();
  events.forEach((event, i) => {
    collector.add({ v: 1, time: new Date(i).toISOString(), ...event });
  });
  return collector.events();
}

const evaluation = (step: number, best = false): AnyEvent => ({
  type: 'evaluation',
  step,
  epoch: step / 10,
  metrics: { accuracy: step },
  best,
  seconds: 1,
});
const diagnostics = (step: number, perplexity: number, split: 'validation' | 'test' = 'validation'): AnyEvent => ({
  type: 'diagnostics',
  step,
  split,
  diagnostics: { task: 'masked-lm', perplexity },
});
const of = (step: number, perplexity: number) => ({ step, diagnostics: { task: 'masked-lm', perplexity } });

test('diagnostics are those of the best step, whatever comes first, and the last of them', () => {
  expect(collected([evaluation(1, true), diagnostics(1, 11), evaluation(2), diagnostics(2, 12)]).diagnostics).toEqual({
    validation: of(1, 11),
  });
  expect(collected([diagnostics(1, 11), evaluation(1, true), diagnostics(2, 12), evaluation(2)]).diagnostics).toEqual({
    validation: of(1, 11),
  });
  // Measured again at the end, with other thresholds.
  const again = [
    evaluation(1, true),
    diagnostics(1, 11),
    evaluation(2),
    diagnostics(1, 13),
    diagnostics(1, 14, 'test'),
  ];
  expect(collected(again).diagnostics).toEqual({ validation: of(1, 13), test: of(1, 14) });
  // Those of the best step were never written.
  expect(collected([evaluation(1, true), diagnostics(2, 12)]).diagnostics).toEqual({ validation: of(2, 12) });
  expect(collected([]).diagnostics).toEqual({});
});

test('of many evaluations some are kept, the best and the last among them', () => {
  const events = Array.from({ length: 10_000 }, (_, i) => evaluation(i + 1, i === 4_567 || i === 100));
  const { count, shown } = collected(events).evaluations;
  expect(count).toBe(10_000);
  const steps = shown.map(({ step }) => step);
  expect(steps.filter((step) => step !== 4_568 && step !== 10_000)).toEqual(
    Array.from({ length: 79 }, (_, i) => 1 + 128 * i),
  );
  expect(steps).toContain(4_568);
  expect(steps.at(-1)).toBe(10_000);
  expect([...steps].sort((a, b) => a - b)).toEqual(steps);
});

test('of many warnings the first are kept, and a resumed run knows after which step', () => {
  const warnings = Array.from(
    { length: 30 },
    (_, step): AnyEvent => ({ type: 'warning', step, message: `warning ${step}` }),
  );
  const step = (number: number, loss: number): AnyEvent => ({
    type: 'step',
    step: number,
    epoch: 1,
    loss,
    learningRate: 1,
    gradientNorm: 1,
    examples: 1,
    tokens: 1,
    seconds: 1,
  });
  const events = collected([...warnings, step(1, 2), { type: 'resume', step: 1, from: 'x' }]);
  expect(events.warnings).toEqual({ count: 30, first: Array.from({ length: 20 }, (_, i) => `warning ${i}`) });
  expect(events.curves.loss.count).toBe(1);
  expect(events.resumedAfter).toEqual([1]);
  expect(events.began).toBe('1970-01-01T00:00:00.000Z');
});
