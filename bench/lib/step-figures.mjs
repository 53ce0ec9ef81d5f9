import { mean, rounded, spread, sum } from './statistics.mjs';

/**
 * @param {{ seconds: number, rows: number, tokens: number, loss: number }[]} all every step: the time since the one before ended,
 *   real tokens
 * @param {number} warmup how many of the first are not measured; the losses are of all
 */
export function measuredSteps(all, warmup) {
  const steps = all.slice(warmup);
  const seconds = sum(steps.map((step) => step.seconds));
  const tokens = sum(steps.map((step) => step.tokens));
  const rows = sum(steps.map((step) => step.rows));
  return {
    steps: steps.length,
    warmup_steps: warmup,
    train_seconds: rounded(seconds),
    seconds_per_step: spread(
      steps.map((step) => step.seconds),
      4,
    ),
    rows,
    tokens,
    examples_per_second: rounded(rows / seconds, 2),
    tokens_per_second: rounded(tokens / seconds, 1),
    first_loss: all[0].loss,
    last_loss: all.at(-1).loss,
    train_loss: rounded(mean(all.map((step) => step.loss)), 4),
    step_tokens: all.map((step) => step.tokens),
    step_losses: all.map((step) => step.loss),
  };
}
