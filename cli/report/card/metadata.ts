import { basename } from 'node:path';
import type { SplitName } from '../../../src/data/split.ts';
import type { TaskType } from '../../../src/data/types.ts';
import type { MetricName } from '../../../src/eval/metric-names.ts';
import { metricTitle } from '../metric-titles.ts';
import type { RunRecord } from '../record.ts';
import type { BaseModel } from './base-card.ts';

/** Task names of the hub. */
export const pipelineTags: Record<TaskType, string> = {
  'sequence-classification': 'text-classification',
  regression: 'text-classification',
  'multi-label': 'text-classification',
  'token-classification': 'token-classification',
  'question-answering': 'question-answering',
  'masked-lm': 'fill-mask',
};

/** Metrics as the hub calls them, where it does so otherwise than we. */
const hubMetrics: Partial<Record<MetricName, { type: string; args?: Record<string, string> }>> = {
  macro_f1: { type: 'f1', args: { average: 'macro' } },
  micro_f1: { type: 'f1', args: { average: 'micro' } },
  weighted_f1: { type: 'f1', args: { average: 'weighted' } },
  samples_f1: { type: 'f1', args: { average: 'samples' } },
  subset_accuracy: { type: 'accuracy' },
  mcc: { type: 'matthews_correlation' },
  r2: { type: 'r_squared' },
  pearson: { type: 'pearsonr' },
  spearman: { type: 'spearmanr' },
};

/**
 * The metadata of a model card as the Hugging Face hub reads it (huggingface.co/docs/hub/model-cards). What is not known is
 * left out: the language always, the license where the base model's is not known.
 */
export function cardMetadata(record: RunRecord, base: BaseModel): Record<string, unknown> {
  const { config, name } = record;
  const { task } = config.resolved;
  const tag = pipelineTags[task];
  const results = resultsOf(record);
  return {
    ...(base.license === null ? {} : { license: base.license }),
    library_name: 'transformers',
    pipeline_tag: tag,
    ...(base.name === null ? {} : { base_model: base.name }),
    tags: ['distilbert', 'distiltune', ...(task === tag || task === 'masked-lm' ? [] : [task])],
    ...(results.length === 0
      ? {}
      : {
          metrics: [...new Set(results.flatMap(({ metrics }) => metrics.map(({ type }) => type)))],
          'model-index': [{ name, results }],
        }),
  };
}

interface HubMetric {
  type: string;
  value: number;
  name: string;
  args?: Record<string, string>;
}

/** One entry for each set that was measured. */
function resultsOf({ config, results }: RunRecord) {
  const { task } = config.resolved;
  return (['validation', 'test'] as const).flatMap((split) => {
    const metrics = Object.entries(results?.metrics[split] ?? {}).flatMap(([name, value]): HubMetric[] => {
      // JSON has null for what is not defined.
      if (typeof value !== 'number') return [];
      const { type = name, ...args } = hubMetrics[name as MetricName] ?? {};
      return [{ type, value: Number(value.toFixed(6)), name: metricTitle(name), ...args }];
    });
    if (metrics.length === 0) return [];
    const dataset = {
      name: basename(fileOf(config.files, split).name),
      type: fileOf(config.files, split).format,
      split,
    };
    return [{ task: { type: pipelineTags[task], name: task }, dataset, metrics }];
  });
}

/** A split that was taken from the training file has none of its own. */
function fileOf(files: RunRecord['config']['files'], split: SplitName): { name: string; format: string } {
  return files[split] ?? files.train!;
}
