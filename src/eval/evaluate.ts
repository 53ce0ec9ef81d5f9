import { DivergedError } from '../errors.ts';
import type { ExampleSet } from '../tasks/example-set.ts';
import type { Model } from '../tasks/model.ts';
import { eachOutputs } from '../tasks/predict.ts';
import type { Task } from '../tasks/types.ts';
import { measureOf, type Report } from './measures.ts';

export { metricsOf, type Report } from './measures.ts';

/** What a model said of a set, beside what is true. */
export interface Evaluation<Prediction = unknown> {
  report: Report;
  /** What was predicted of example i. Throws RangeError for masked LM, whose outputs are too wide to be kept. */
  prediction(i: number): Prediction;
}

export interface EvaluateOptions {
  /** How many mistakes and confused pairs the report names at most. Default: 20. */
  top?: number | undefined;
  signal?: AbortSignal | undefined;
}

// Inputs taken from the set at once, so that sequences of like length share a batch.
const WINDOW = 4096;

/**
 * Measures a model on labelled examples, through the same passes as `predict`.
 * @throws DivergedError when an output is not finite; RangeError when the set is empty; the signal's reason when aborted
 */
export async function evaluate<Example, Target, Item, Prediction>(
  model: Model<Example, Target, Item, Prediction>,
  examples: ExampleSet<Target, Item>,
  { top = 20, signal }: EvaluateOptions = {},
): Promise<Evaluation<Prediction>> {
  const task = model.task as Task<unknown, Target, Item, Prediction>;
  const measure = measureOf(task, examples.length);
  const kept: Float32Array[][] | null = task.type === 'masked-lm' ? null : new Array(examples.length);
  for (let start = 0; start < examples.length; start += WINDOW) {
    const count = Math.min(WINDOW, examples.length - start);
    const inputs = Array.from({ length: count }, (_, i) => examples.input(start + i));
    await eachOutputs(
      model,
      inputs,
      (i, outputs) => {
        if (!outputs.every((values) => values.every(Number.isFinite))) throw diverged();
        measure.add(start + i, inputs[i]!.item, outputs);
        if (kept) kept[start + i] = outputs;
      },
      { signal },
    );
  }
  return {
    report: measure.report({ top }),
    prediction(i) {
      const outputs = kept?.[i];
      if (outputs === undefined) throw new RangeError(`there are no outputs of example ${i}`);
      return task.prediction(examples.input(i).item, outputs);
    },
  };
}

function diverged(): DivergedError {
  return new DivergedError('The model puts out NaN or infinite numbers: its training has diverged.', {
    fix: 'Train it again with a lower learning rate or more warm-up.',
  });
}
