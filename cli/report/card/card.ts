import { basename } from 'node:path';
import { stringify } from 'yaml';
import type { TaskType } from '../../../src/data/types.ts';
import type { Report } from '../../../src/eval/evaluate.ts';
import { markdownTable, markdownText } from '../../../src/markdown.ts';
import type { SavedSettings } from '../../../src/tasks/saved-settings.ts';
import { count, plural } from '../../plain/table.ts';
import { metricText } from '../../plain/train-lines.ts';
import { metricTitle } from '../metric-titles.ts';
import type { RunRecord } from '../record.ts';
import type { BaseModel } from './base-card.ts';
import { limitsOf } from './limits.ts';
import { cardMetadata } from './metadata.ts';
import { distiltuneUse, pythonUse } from './use.ts';

const mostLabels = 200;

/**
 * The model card: metadata as YAML, then Markdown. It tells of labels and counts, and quotes no text of the data.
 * @param saved what the model's own config has of distiltune's settings
 */
export function modelCard(record: RunRecord, base: BaseModel, saved: SavedSettings): string {
  const { config, results } = record;
  const { task, labels } = config.resolved;
  // As of YAML 1.1, which Python reads: there `no` and `on` are no texts.
  const metadata = stringify(cardMetadata(record, base), {
    version: '1.1',
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
  const report = results?.reports.test ?? results?.reports.validation;
  const lines = [
    `# ${markdownText(record.name)}`,
    '',
    `A DistilBERT model for ${taskTitles[task]}, fine-tuned from ${baseText(record, base)} with distiltune.`,
    '',
    '## Training data',
    '',
    ...dataLines(record),
    '',
    '## Training',
    '',
    ...trainingLines(record),
    '',
    '## Scores',
    '',
    ...scoreLines(record),
    ...(labels.length === 0 ? [] : ['', '## Labels', '', ...labelLines(labels, report)]),
    '',
    '## Use',
    '',
    'With distiltune:',
    '',
    ...fenced('sh', distiltuneUse(task)),
    '',
    'With transformers, in Python:',
    '',
    ...fenced('python', pythonUse(task, hasPair(record))),
    '',
    '## Limits',
    '',
    ...limitsOf(record, saved).map((limit) => `- ${markdownText(limit)}`),
  ];
  return `---\n${metadata}---\n\n${lines.join('\n')}\n`;
}

/** Tasks in words. */
export const taskTitles: Record<TaskType, string> = {
  'sequence-classification': 'text classification',
  regression: 'text regression',
  'multi-label': 'multi-label text classification',
  'token-classification': 'token classification',
  'question-answering': 'extractive question answering',
  'masked-lm': 'masked language modelling',
};

function baseText({ config }: RunRecord, { name }: BaseModel): string {
  const given = markdownText(basename(config.model));
  if (name === null) return given;
  const link = `[${markdownText(name)}](https://huggingface.co/${name})`;
  return config.model.split('@')[0] === name ? link : `${given} (made from ${link})`;
}

const hasPair = ({ events }: RunRecord): boolean => {
  const file = events.data?.files[0];
  return file?.kind === 'texts' && file.columns.pair.value !== null;
};

function dataLines({ config }: RunRecord): string[] {
  const rows = (['train', 'validation', 'test'] as const).flatMap((split) => {
    const file = config.files[split];
    if (config.examples[split] === 0) return [];
    const source = file === undefined ? `held out of ${basename(config.files.train!.name)}` : basename(file.name);
    return [[split, count(config.examples[split]), source]];
  });
  return markdownTable(['split', 'rows', 'file'], rows, ['left', 'right', 'left']);
}

function trainingLines({ config, results, events }: RunRecord): string[] {
  const { optimizer, schedule, batchSize, maxLength, seed, versions } = config;
  const steps = results?.steps ?? 0;
  const epochs =
    events.start === null ? '' : ` (${plural(Number((steps / events.start.stepsPerEpoch).toFixed(2)), 'epoch')})`;
  const rows = [
    ['steps', `${count(steps)}${epochs}`],
    ['rows of a step', String(batchSize)],
    ['learning rate', `${optimizer.learningRate}, ${schedule.type}, warm-up ${schedule.warmup}`],
    ['optimizer', `AdamW, weight decay ${optimizer.weightDecay}, betas ${optimizer.beta1} and ${optimizer.beta2}`],
    ['tokens of a sequence, at most', String(maxLength)],
    ['seed', String(seed)],
    [
      'versions',
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
  ];
  return markdownTable(['', ''], rows, ['left', 'left']);
}

function scoreLines({ results }: RunRecord): string[] {
  if (results === null || Object.keys(results.metrics).length === 0) return ['It was not measured.'];
  const { metrics, best } = results;
  const splits = (['validation', 'test'] as const).filter((split) => metrics[split] !== undefined);
  const names = [...new Set(splits.flatMap((split) => Object.keys(metrics[split]!)))];
  const rows = names.map((name) => [metricTitle(name), ...splits.map((split) => metricText(metrics[split]![name]))]);
  const chosen =
    best === null
      ? []
      : [
          '',
          `The checkpoint is the best of the run by ${metricTitle(best.metric)} on the validation rows: step ${count(best.step)}.`,
        ];
  return [...markdownTable(['metric', ...splits], rows, ['left', ...splits.map(() => 'right' as const)]), ...chosen];
}

/** With their scores, where they were measured; of very many the first. */
function labelLines(labels: readonly string[], report: Report | undefined): string[] {
  const classes = report !== undefined && 'classes' in report ? report.classes : [];
  const shown = classes.length > 0 ? classes.slice(0, mostLabels) : [];
  const total = classes.length > 0 ? classes.length : labels.length;
  const table =
    shown.length > 0
      ? markdownTable(
          ['label', 'precision', 'recall', 'F1', 'examples'],
          shown.map(({ label, precision, recall, f1, support }) => [
            label,
            ...[precision, recall, f1].map((value) => value.toFixed(4)),
            count(support),
          ]),
          ['left', 'right', 'right', 'right', 'right'],
        )
      : labels.slice(0, mostLabels).map((label) => `- ${markdownText(label)}`);
  return total > mostLabels ? [...table, '', `and ${plural(total - mostLabels, 'more', 'more')}.`] : table;
}

const fenced = (language: string, lines: readonly string[]) => [`\`\`\`${language}`, ...lines, '```'];
