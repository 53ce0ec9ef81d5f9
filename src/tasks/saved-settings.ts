import type { DistilBertConfig } from '../encoder/config.ts';
import type { LongTexts } from './types.ts';

/**
 * What a task keeps in `config.json` beside what transformers knows, under the key `distiltune`: a model folder then
 * predicts by itself as it did when it was measured. transformers hands the key through.
 */
export interface SavedSettings {
  longTexts?: LongTexts | undefined;
  stride?: number | undefined;
  /** Multi-label: probability from which on each label applies. */
  thresholds?: number[] | undefined;
  /** Question answering: null odds above which there is no answer. */
  nullThreshold?: number | undefined;
}

const KEY = 'distiltune';

export function withSavedSettings(config: DistilBertConfig, settings: SavedSettings): DistilBertConfig {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  const { [KEY]: _, ...extra } = config.extra;
  return { ...config, extra: given.length === 0 ? extra : { ...extra, [KEY]: Object.fromEntries(given) } };
}

/** Values of a wrong kind are passed over: the file may come from anywhere. */
export function savedSettings({ extra, labels = [] }: DistilBertConfig): SavedSettings {
  const saved = (typeof extra[KEY] === 'object' && extra[KEY] !== null ? extra[KEY] : {}) as Record<string, unknown>;
  const { longTexts, stride, thresholds, nullThreshold } = saved;
  const settings: SavedSettings = {};
  if (longTexts === 'mean' || longTexts === 'max') settings.longTexts = longTexts;
  if (Number.isInteger(stride) && Number(stride) >= 0) settings.stride = Number(stride);
  if (typeof nullThreshold === 'number') settings.nullThreshold = nullThreshold;
  if (
    Array.isArray(thresholds) &&
    thresholds.length === labels.length &&
    thresholds.every((t) => typeof t === 'number')
  )
    settings.thresholds = thresholds;
  return settings;
}
