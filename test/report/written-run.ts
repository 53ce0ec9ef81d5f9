import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeReports } from '../../cli/report/write.ts';
import type { Diagnostics } from '../../cli/run/diagnostics.ts';
import type { AnyEvent } from '../../cli/run/events.ts';
import type { FileReading } from '../../cli/run/reading.ts';
import type { RunResults } from '../../cli/run/results.ts';
import { createAudit } from '../../src/data/audit.ts';
import { createQuestionsAudit } from '../../src/data/audit-questions.ts';
import { createTokensAudit } from '../../src/data/audit-tokens.ts';
import type { AnyAuditReport } from '../../src/data/trainable.ts';
import type { TaskType } from '../../src/data/types.ts';
import { configJson, defaultConfig } from '../../src/encoder/config.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';

/** What a text, a label or a name may hold that is not to be read by anything. */
export const hostile = `</td><script>alert("1")</script> & 'q' | [a](javascript:x) \u202eevil\u202c\u0000\u001b[31m <img src=x onerror=y> \${z} \`\`\``;

export interface WrittenRun {
  task: TaskType;
  /** Two of them, at least where the task has any. */
  labels?: readonly string[];
  diagnostics?: Diagnostics;
  /** Of the validation rows, the deciding one first. */
  metrics: Record<string, number | null>;
  steps?: number;
  results?: Partial<RunResults> | null;
  /** Written at the end of the log. */
  more?: AnyEvent[];
  settings?: Record<string, unknown>;
  report?: Record<string, unknown>;
  name?: string;
  /** Folder of the model that was fine-tuned. */
  source?: string;
}

/** Writes a run folder as a training would have left it, and its reports. Returns the page and the card. */
export async function writeRun(folder: string, run: WrittenRun): Promise<{ page: string; card: string }> {
  const { task, labels = [], steps = 8, name = 'rows.csv' } = run;
  mkdirSync(join(folder, 'model'), { recursive: true });
  const [metric] = Object.keys(run.metrics);
  const config = {
    v: 1,
    ...defaultSettings,
    data: { ...defaultSettings.data, train: name },
    ...run.settings,
    maxLength: 16,
    resolved: { task, labels },
    files: { train: { name, format: 'csv', sha256: 'ab'.repeat(32) } },
    examples: { train: 90, validation: 10, test: 0 },
    source: { folder: run.source ?? join(folder, 'base'), sha256: {} },
    versions: { distiltune: '0.1.0', engine: 'wasm 4', node: '20.0.0' },
    origins: {
      'data.train': 'the command line',
      ...Object.fromEntries(Object.keys(run.settings ?? {}).map((key) => [key, 'key=value'])),
    },
  };
  const best = { step: steps, epoch: 2, metric: metric!, value: run.metrics[metric!]! };
  const results = {
    v: 1,
    reason: 'finished',
    metrics: { validation: run.metrics },
    best,
    seconds: { engine: 1, tokenize: 1, train: 100, evaluate: 10, save: 1 },
    examplesPerSecond: 12.5,
    realTokensPerSecond: 1234.4,
    peakRssBytes: 1.25e9,
    steps,
    parameters: 22_700_000,
    reports: { validation: { task, examples: 10, metrics: run.metrics, ...run.report } },
    ...run.results,
  };
  const events: AnyEvent[] = [
    {
      type: 'data',
      task,
      files: [{ split: 'train', ...readingOf(task, name) }],
      labels: [...labels],
      audit: auditOf(task, labels),
    },
    {
      type: 'model',
      engine: { name: 'wasm', version: '4', kernels: 'composed' },
      name: 'tiny',
      folder: 'tiny',
      parameters: 22_700_000,
      newlyInitialized: [],
      unexpected: [],
    },
    {
      type: 'start',
      totalSteps: steps,
      stepsPerEpoch: steps / 2,
      epochs: 2,
      trainExamples: 90,
      parameters: 22_700_000,
      trainableParameters: 22_700_000,
      metric: metric!,
      direction: 'max',
    },
    ...Array.from({ length: steps }, (_, i): AnyEvent => {
      const step = i + 1;
      return {
        type: 'step',
        step,
        epoch: (2 * step) / steps,
        loss: 2 - step / steps,
        learningRate: 1e-4 * step,
        gradientNorm: step % 3,
        examples: 4,
        tokens: 40,
        seconds: 0.1,
      };
    }),
    {
      type: 'evaluation',
      step: steps,
      epoch: 2,
      metrics: run.metrics as Record<string, number>,
      best: true,
      seconds: 1,
    },
    ...(run.diagnostics === undefined
      ? []
      : [{ type: 'diagnostics' as const, step: steps, split: 'validation' as const, diagnostics: run.diagnostics }]),
    ...(run.more ?? []),
  ];
  const json = (file: string, value: unknown) => writeFileSync(join(folder, file), `${JSON.stringify(value)}\n`);
  json('config.json', config);
  json('status.json', {
    v: 1,
    pid: 1,
    state: 'running',
    phase: 'saving',
    step: steps,
    totalSteps: steps,
    heartbeat: '',
  });
  if (run.results !== null) json('results.json', results);
  writeFileSync(
    join(folder, 'model', 'config.json'),
    configJson(
      { ...defaultConfig, ...(labels.length > 0 ? { labels: [...labels] } : {}) },
      { architecture: 'DistilBertForSequenceClassification' },
    ),
  );
  const lines = events.map((event) => JSON.stringify({ v: 1, time: '2026-01-02T03:04:05.000Z', ...event }));
  // The last line is that of a process that died while it wrote.
  writeFileSync(join(folder, 'events.jsonl'), `${lines.join('\n')}\n{"v":1,"ty`);
  const told: AnyEvent[] = [];
  await writeReports(folder, (event) => told.push(event));
  if (told.length > 0) throw new Error(JSON.stringify(told));
  return {
    page: readFileSync(join(folder, 'report.html'), 'utf8'),
    card: readFileSync(join(folder, 'model', 'README.md'), 'utf8'),
  };
}

function readingOf(task: TaskType, name: string): FileReading {
  const choice = <T>(value: T) => ({ value, reason: 'as asked', flag: '' });
  const encoding = choice('utf-8');
  if (task === 'token-classification') {
    return {
      kind: 'tokens',
      name,
      format: 'conll',
      encoding,
      task: choice(task),
      delimiter: choice(' '),
      words: choice('column 1'),
      tags: choice('column 2'),
      scheme: choice('IOB2'),
      tagNames: [],
    };
  }
  if (task === 'question-answering') {
    return {
      kind: 'questions',
      name,
      format: 'squad',
      encoding,
      task: choice(task),
      version: choice('2.0'),
      isLabelled: true,
    };
  }
  const table = {
    name,
    format: 'csv' as const,
    encoding,
    delimiter: choice(','),
    quotes: choice(true),
    header: choice(true),
    columns: ['text', 'label'],
  };
  const columns = {
    text: choice(0),
    pair: choice(null),
    label: choice(1),
    labels: null,
    labelKind: null,
    task: choice(task),
  };
  return {
    kind: 'texts',
    name,
    format: 'csv',
    encoding,
    columns,
    task: choice(task),
    textUnit: null,
    table,
  } as FileReading;
}

/** Of three rows: two of the first label, one of which is too long, and one of the second. */
function auditOf(task: TaskType, labels: readonly string[]): AnyAuditReport {
  if (task === 'token-classification') {
    const audit = createTokensAudit({ maxLength: 16 });
    audit.add('train', { words: ['a', 'b'], tags: ['B-X', 'O'], line: 1 }, { tokens: 4, cutWords: 0 });
    return audit.report();
  }
  if (task === 'question-answering') {
    const audit = createQuestionsAudit({ maxLength: 16 });
    const question = { id: '1', question: 'a?', context: 'a b', answers: [{ text: 'a', start: 0 }], line: 1 };
    audit.add('train', question, { tokens: 9, windows: 1, lostAnswer: false });
    return audit.report();
  }
  const audit = createAudit({ task, maxLength: 16 });
  const label = (index: number) => (task === 'regression' ? String(index) : labels[index]);
  [0, 0, 1].forEach((index, i) => {
    const own = task === 'multi-label' ? { labels: [labels[index]!] } : { label: label(index) };
    audit.add('train', { text: `text ${i}`, line: i + 2, ...own } as never, i === 1 ? 20 : 5);
  });
  return audit.report();
}
