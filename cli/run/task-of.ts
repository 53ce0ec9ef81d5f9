import type { TaskType } from '../../src/data/types.ts';
import type { ExampleSet } from '../../src/tasks/example-set.ts';
import { maskedLm } from '../../src/tasks/masked-lm.ts';
import { multiLabel } from '../../src/tasks/multi-label.ts';
import { type AnyExample, classWeightsOf } from '../../src/tasks/prepare.ts';
import { questionAnswering } from '../../src/tasks/question-answering.ts';
import { regression } from '../../src/tasks/regression.ts';
import { sequenceClassification } from '../../src/tasks/sequence-classification.ts';
import { tokenClassification } from '../../src/tasks/token-classification.ts';
import type { Prediction, Task } from '../../src/tasks/types.ts';
import type { Tokenizer } from '../../src/text/tokenizer.ts';
import type { Settings } from '../../src/trainer/settings.ts';

/** A task whose kind is known at run time only. */
export type RunTask = Task<AnyExample, unknown, unknown, Prediction>;

/** What a task is made of, beside the settings. */
export interface TaskParts {
  type: TaskType;
  labels: readonly string[];
  tokenizer: Tokenizer;
  /** Question answering: some questions have no answer. */
  hasUnanswerable: boolean;
  thresholds?: readonly number[] | undefined;
  nullThreshold?: number | undefined;
}

/**
 * The task of a run.
 * @param train what `classWeights` is counted on; absent: no weights
 */
export function taskOf(parts: TaskParts, settings: Settings, train?: ExampleSet): RunTask {
  const { type, labels, tokenizer, hasUnanswerable, thresholds, nullThreshold } = parts;
  const { longTexts, stride, labelSmoothing, masking } = settings;
  const classWeights = train && classWeightsOf(settings.classWeights, labels, train as ExampleSet<number>);
  const task = {
    'sequence-classification': () =>
      sequenceClassification({ labels, classWeights, labelSmoothing, longTexts, stride }),
    regression: () => regression({ longTexts, stride }),
    'multi-label': () => multiLabel({ labels, positiveWeights: classWeights, thresholds, longTexts, stride }),
    'token-classification': () => tokenClassification({ labels, classWeights, labelSmoothing, stride }),
    'question-answering': () =>
      questionAnswering({ stride, nullThreshold: nullThreshold ?? (hasUnanswerable ? 0 : undefined) }),
    'masked-lm': () => maskedLm({ tokenizer, ...masking }),
  }[type]();
  return task as unknown as RunTask;
}
