/** Options that are the same whoever trains. */
export const trainingOptions = {
  'batch-size': { kind: 'count', default: 32, about: 'rows of a step' },
  'learning-rate': { kind: 'number', default: 5e-5, about: 'the greatest, after the warm-up of the schedule' },
  steps: { kind: 'count', default: 50, about: 'steps that are measured' },
  warmup: { kind: 'count', default: 5, about: 'steps before them that are not' },
  'max-length': { kind: 'count', default: 128, about: 'most tokens of a row' },
  seed: { kind: 'count', default: 42, about: 'of shuffling, dropout and new weights' },
  threads: { kind: 'count', default: 0, about: 'cores to compute with; 0: all' },
};

export const trainingOf = (values) => ({
  batch: values['batch-size'],
  lr: values['learning-rate'],
  steps: values.steps,
  warmup: values.warmup,
  maxLength: values['max-length'],
  seed: values.seed,
});
