import { fileURLToPath } from 'node:url';

/** The checkpoints that test/parity/pipelines.py wrote. */
export type CheckpointName =
  | 'masked-lm'
  | 'classes'
  | 'two-classes'
  | 'score'
  | 'regression'
  | 'multi-label'
  | 'tags'
  | 'question-answering'
  | 'encoder';

/** The folder of one. */
export const checkpoint = (name: CheckpointName): string =>
  fileURLToPath(new URL(`../parity/fixtures/pipelines/${name}`, import.meta.url));

/** The same value, any number in it to within `tolerance`. */
export function near(value: unknown, tolerance = 1e-6): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? value : closeTo(value, tolerance);
  if (Array.isArray(value)) return value.map((item) => near(item, tolerance));
  if (typeof value !== 'object' || value === null || 'asymmetricMatch' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, near(item, tolerance)]));
}

function closeTo(expected: number, tolerance: number) {
  return {
    asymmetricMatch: (actual: unknown) => typeof actual === 'number' && Math.abs(actual - expected) <= tolerance,
    toAsymmetricMatcher: () => `${expected} +- ${tolerance}`,
  };
}
