import type { Settings } from '../../src/trainer/settings.ts';
import { wayOn } from './way-on.ts';

/** Settings that decide how much memory a step takes. */
type StepSize = Pick<Settings, 'batchSize' | 'accumulate' | 'gradientCheckpointing' | 'maxLength'>;

/** What TensorFlow, the runtime and wasm (beyond its 4 GB) say when they get no memory. */
const complaints =
  /OOM when allocating[^\n]*|resource ?exhausted[^\n]*|bad_alloc|array buffer allocation failed|out of memory|cannot allocate memory|invalid typed array length: \d+|memory access out of bounds/i;

/** What was said of a lack of memory; null for every other error. */
export function memoryComplaint(error: unknown): string | null {
  return error instanceof Error ? (complaints.exec(error.message)?.[0] ?? null) : null;
}

/**
 * What takes less memory and learns from the same batches. What a step holds grows with the examples that go through the model
 * at once, `batchSize / accumulate`, beside the weights, which stay: half as many at once take little more than half.
 */
export function memoryAdvice(size: StepSize, run: string | null): string {
  const { batchSize, accumulate, gradientCheckpointing, maxLength } = size;
  const atOnce = Math.ceil(batchSize / accumulate);
  if (atOnce > 1) {
    const parts = Math.min(batchSize, accumulate * 2);
    const how = `accumulate=${parts} has ${Math.ceil(batchSize / parts)} examples in memory at a time instead of ${atOnce}, in the same batches of ${batchSize}`;
    return run === null ? how : `${how}; ${wayOn(run, `accumulate=${parts}`, '--force')}`;
  }
  const half = maxLength === null ? 64 : Math.max(1, Math.floor(maxLength / 2));
  const ways = [
    ...(gradientCheckpointing ? [] : ['--gradient-checkpointing']),
    `--max-length ${half}`,
    'a smaller model',
  ];
  return `one example at a time is too much already: train with ${ways.slice(0, -1).join(', ')}, or ${ways.at(-1)}`;
}
