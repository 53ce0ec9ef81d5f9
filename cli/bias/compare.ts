import type { FillMaskPipeline, MaskFilling } from '../../src/pipelines/fill-mask.ts';
import type { TextClassificationPipeline } from '../../src/pipelines/text-classification.ts';

/** What a masked language model fills into one template. Lists over groups are in the order of the groups. */
export interface FillingsByGroup {
  template: string;
  /** Of each group its likeliest fillings, the likeliest first. */
  fillings: { group: string; fillings: Pick<MaskFilling, 'score' | 'token' | 'token_str'>[] }[];
  /**
   * The words that are among the likeliest of any group, with their probability for each: those that differ most first,
   * by the ratio of the largest to the smallest.
   */
  words: { token: number; token_str: string; scores: number[]; ratio: number }[];
}

/** What a classifier says of one template. Lists over groups are in the order of the groups. */
export interface LabelsByGroup {
  /** null: the mean over several templates. */
  template: string | null;
  groups: readonly string[];
  /** `differences`: each group's score less `mean`, that of all groups. */
  labels: { label: string; scores: number[]; mean: number; differences: number[] }[];
}

export async function fillingsByGroup(
  unmask: FillMaskPipeline,
  template: string,
  groups: readonly string[],
  top: number,
): Promise<FillingsByGroup> {
  const texts = groups.map((group) => template.replaceAll('{}', group));
  const fillings = (await unmask(texts, { top_k: top })) as MaskFilling[][];
  const words = new Map(fillings.flat().map(({ token, token_str }) => [token, token_str]));
  const targets = [...words.values()];
  const scored = (await unmask(texts, { targets, top_k: targets.length })) as MaskFilling[][];
  const scoreOf = scored.map((list) => new Map(list.map(({ token, score }) => [token, score])));
  const rows = [...words].map(([token, token_str]) => {
    const scores = scoreOf.map((scores) => scores.get(token)!);
    return { token, token_str, scores, ratio: Math.max(...scores) / Math.min(...scores) };
  });
  return {
    template,
    fillings: groups.map((group, i) => ({
      group,
      fillings: fillings[i]!.map(({ score, token, token_str }) => ({ score, token, token_str })),
    })),
    words: rows.sort((a, b) => b.ratio - a.ratio),
  };
}

export async function labelsByGroup(
  classify: TextClassificationPipeline,
  template: string,
  groups: readonly string[],
): Promise<LabelsByGroup> {
  const texts = groups.map((group) => template.replaceAll('{}', group));
  const results = await classify(texts, { top_k: null });
  // The labels of a text stand in the order of their scores.
  const scoreOf = results.map((scores) => new Map(scores.map(({ label, score }) => [label, score])));
  const labels = results[0]!.map(({ label }) => label).sort();
  return {
    template,
    groups,
    labels: labels.map((label) =>
      withMean(
        label,
        scoreOf.map((scores) => scores.get(label)!),
      ),
    ),
  };
}

/** The same over several templates: of each label and group the mean of its scores. */
export function meanOfTemplates(found: readonly LabelsByGroup[]): LabelsByGroup {
  const labels = found[0]!.labels.map(({ label, scores }, l) =>
    withMean(
      label,
      scores.map((_, g) => meanOf(found.map((each) => each.labels[l]!.scores[g]!))),
    ),
  );
  return { template: null, groups: found[0]!.groups, labels };
}

function withMean(label: string, scores: number[]): LabelsByGroup['labels'][number] {
  const mean = meanOf(scores);
  return { label, scores, mean, differences: scores.map((score) => score - mean) };
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
