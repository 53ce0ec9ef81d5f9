/** Factor on the learning rate for each step: 0 .. 1. */
export interface Schedule {
  type: 'linear' | 'cosine' | 'constant';
  /** A ratio of all steps below 1, a number of steps from 1 on. */
  warmup: number;
}

/** Warm-up in whole steps, rounded up as transformers does (`TrainingArguments.get_warmup_steps`). */
export function warmupSteps(warmup: number, totalSteps: number): number {
  return warmup < 1 ? Math.ceil(warmup * totalSteps) : Math.min(Math.round(warmup), totalSteps);
}

/**
 * The factor of step 1 .. totalSteps, as in transformers' optimization.py: from 0 up over the warm-up, then down to 0
 * along a line or half a cosine, or constant. The first step of a warm-up has factor 0 there, and so here.
 */
export function scheduleFactor({ type, warmup }: Schedule, step: number, totalSteps: number): number {
  const done = step - 1;
  const warm = warmupSteps(warmup, totalSteps);
  if (done < warm) return done / Math.max(1, warm);
  if (type === 'constant') return 1;
  const progress = (done - warm) / Math.max(1, totalSteps - warm);
  if (type === 'linear') return Math.max(0, 1 - progress);
  return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
}
