import type { Settings } from '../../src/trainer/settings.ts';
import type { GlueTask } from './tasks.ts';

export type RecipeName = 'hf' | 'tuned';

/** What one run of a task differs in from the others of the recipe. */
export interface Trial {
  learningRate: number;
  epochs: number;
}

/** More rows than these are trained on for fewer epochs by the grid. */
const manyRows = 50_000;

/**
 * The runs of a recipe: `hf` has one, the learning rate and epochs of transformers' `run_glue.py` examples; `tuned` is a small
 * grid around it, of which the best on dev is taken, as BERT's authors chose theirs.
 */
export function trialsOf(recipe: RecipeName, { epochs, train }: Pick<GlueTask, 'epochs' | 'train'>): Trial[] {
  if (recipe === 'hf') return [{ learningRate: 2e-5, epochs }];
  const times = train.rows > manyRows ? [2, 3] : [3, 5];
  return [2e-5, 3e-5, 5e-5].flatMap((learningRate) => times.map((each) => ({ learningRate, epochs: each })));
}

/** `lr-2e-5-epochs-3`: the folder of a trial. */
export const trialName = ({ learningRate, epochs }: Trial): string =>
  `lr-${learningRate.toExponential()}-epochs-${epochs}`;

/** A step that no run has: the last one is measured, and nothing is chosen on dev. */
const onlyAtTheEnd = 1_000_000_000;

/**
 * The settings of a trial by key: `run_glue.py`'s (examples/pytorch/text-classification). Dev is measured once, at the end: a
 * best epoch chosen on dev would score higher than what is published.
 * @param earlyStopping evaluations without an improvement of the task's metric to stop after; null: none, and no choice
 */
export function recipeSettings(task: GlueTask, trial: Trial, earlyStopping: number | null): Record<string, unknown> {
  const { learningRate, epochs } = trial;
  return {
    task: task.kind,
    maxLength: 128,
    batchSize: 32,
    epochs,
    'optimizer.learningRate': learningRate,
    'optimizer.weightDecay': 0,
    'optimizer.beta1': 0.9,
    'optimizer.beta2': 0.999,
    'optimizer.epsilon': 1e-8,
    'optimizer.clipNorm': 1,
    'schedule.type': 'linear',
    'schedule.warmup': 0,
    'evaluate.everySteps': earlyStopping === null ? onlyAtTheEnd : null,
    // A correlation may be undefined; the error that is measured where nothing is chosen is not.
    'evaluate.metric': earlyStopping === null && task.kind === 'regression' ? 'rmse' : task.metrics[0],
    'evaluate.earlyStopping': earlyStopping,
    'checkpoint.everySteps': 200,
    'checkpoint.keep': 1,
  } satisfies Partial<Record<keyof Settings | `${string}.${string}`, unknown>>;
}
