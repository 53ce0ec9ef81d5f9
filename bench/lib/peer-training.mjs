/** Trains with the reference script on Hugging Face's Trainer, every step of it noted by `bench/peers/hf_steps.py`. */
import { fileURLToPath } from 'node:url';
import { UsageError } from './command.mjs';
import { runProgram } from './processes.mjs';
import { measuredSteps } from './step-figures.mjs';

const notes = fileURLToPath(new URL('../peers/hf_steps.py', import.meta.url));

export const peerOptions = {
  python: { kind: 'text', takes: 'FILE', about: 'Python of an environment that has what the reference script needs' },
  reference: {
    kind: 'text',
    takes: 'FILE',
    default: '../shared/peers/hf_reference.py',
    about: 'the reference script, relative to the project; bench/README.md says what it takes',
  },
};

/** @throws UsageError where an option is missing */
export function peerOf({ python, reference }) {
  if (python === undefined) throw new UsageError('--python is missing: the Python that runs the reference script');
  return { python, reference: fileURLToPath(new URL(`../../${reference}`, import.meta.url)) };
}

/**
 * @param {import('./own-training.mjs').Training & { padding: 'grouped' | 'longest' | 'max' }} training
 * @param {{ python: string, reference: string }} peer
 * @param {string} output a folder
 */
export async function trainPeer(training, { python, reference }, output) {
  const { task, model, batch, lr, steps, warmup, maxLength, seed, threads, inOrder, padding } = training;
  const words = [
    ...[python, notes, ...(inOrder ? ['--in-order'] : []), reference, ...task.peerArguments, '--model', model],
    ...['--padding', padding, '--batch', batch, '--lr', lr, '--max-steps', steps + warmup],
    ...['--max-length', maxLength, '--seed', seed, '--threads', threads, '--out', output],
  ].map(String);
  const env = { ...process.env, HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error' };
  const lines = await runProgram(words, { threads, env });
  const line = lines.findLast((text) => text.startsWith('{"hf_steps"'));
  if (line === undefined) throw new Error(`${reference} made no transformers.Trainer that could be noted`);
  const noted = JSON.parse(line).hf_steps;
  return {
    padding,
    train_rows: noted.train_rows,
    ...measuredSteps(noted.steps, warmup),
    tokenize_seconds: null,
    peak_rss_mb: noted.peak_rss_mb,
    versions: noted.versions,
  };
}
