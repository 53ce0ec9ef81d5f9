/** The Markdown of a comparison: medians, spread, and the ratios of pairs. */
import { median, spread } from './statistics.mjs';

const thousands = (value) => value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 });
const ranged = (numbers, text = thousands) =>
  `${text(median(numbers))} (${text(Math.min(...numbers))} to ${text(Math.max(...numbers))})`;
const percent = (value) => `${(100 * value).toFixed(0)} %`;
const head = (cells) => [`| ${cells.join(' | ')} |`, `|${cells.map(() => '---').join('|')}|`];
const row = (cells) => `| ${cells.join(' | ')} |`;

/**
 * @param {object} measured
 * @param {{ task: string, padding: string, likeness: object, pairs: { own: object, peer: object }[] }[]} measured.comparisons
 * @param {object} measured.machine
 * @param {object} measured.values the options
 */
export function comparisonTable({ comparisons, machine, values }) {
  const { own, peer } = comparisons[0].pairs[0];
  const versions = { ...own.versions, ...peer.versions };
  const { date, cpu, cores, memory_mb, load_before } = machine;
  const { model, 'batch-size': batch, 'learning-rate': lr, 'max-length': length, warmup, runs } = values;
  return [
    `${date.slice(0, 10)}, ${cpu}, ${values.threads || cores} of ${cores} cores, ${memory_mb} MB, load before ${load_before};`,
    `${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    `Model ${model}${values['random-weights'] ? ' (random weights)' : ''}, batch ${batch}, learning rate ${lr}, at most ${length} tokens a row;`,
    `${runs} runs of each side in turn, the first ${warmup} steps of each left out; median (least to greatest).`,
    '',
    ...head([
      'task',
      'padding of HF',
      'steps',
      'distiltune tokens/s',
      'HF tokens/s',
      'ratio of pairs',
      'distiltune peak MB',
      'HF peak MB',
      'needed work, of the matrix peak',
      'HF',
      'matrix peak GFLOP/s',
    ]),
    ...comparisons.map(speedRow),
    '',
    ...head([
      'task',
      'padding of HF',
      'first loss, dropout 0, same order: difference',
      'distiltune loss: first, mean, last',
      'HF loss: first, mean, last',
    ]),
    ...comparisons.map(lossRow),
  ].join('\n');
}

function speedRow({ task, padding, pairs }) {
  const of = (side, key) => pairs.map((pair) => pair[side][key]);
  const ratios = spread(
    pairs.map(({ own, peer }) => own.tokens_per_second / peer.tokens_per_second),
    2,
  );
  const peak = median(of('own', 'matrix_peak_gflops'));
  const share = (side) => {
    const needed = of(side, 'needed_gflops');
    return needed.includes(null) ? '' : percent(median(needed) / peak);
  };
  return row([
    task,
    padding,
    pairs[0].own.steps,
    ranged(of('own', 'tokens_per_second')),
    ranged(of('peer', 'tokens_per_second')),
    `**${ratios.median}** (${ratios.least} to ${ratios.greatest})`,
    ranged(of('own', 'peak_rss_mb')),
    ranged(of('peer', 'peak_rss_mb')),
    share('own'),
    share('peer'),
    ranged(of('own', 'matrix_peak_gflops')),
  ]);
}

function lossRow({ task, padding, likeness, pairs }) {
  const losses = (side) =>
    ['first_loss', 'train_loss', 'last_loss']
      .map((key) => median(pairs.map((pair) => pair[side][key])).toFixed(4))
      .join(', ');
  return row([task, padding, likeness.loss_differences[0].toExponential(1), losses('own'), losses('peer')]);
}
