import { UsageError } from '../../src/errors.ts';
import { pipeline } from '../../src/pipelines/pipeline.ts';
import { readConfig } from '../../src/tasks/model.ts';
import type { Context } from '../context.ts';
import { findModelToUse } from '../find-model.ts';
import { startEngine } from '../start-engine.ts';
import {
  type FillingsByGroup,
  fillingsByGroup,
  type LabelsByGroup,
  labelsByGroup,
  meanOfTemplates,
} from './compare.ts';
import { fillingTables, labelTable } from './tables.ts';

export interface BiasFlags {
  template: string[];
  groups: string[];
  top: number;
}

const MASK = '[MASK]';

/** Compares what a model makes of sentences that differ in the group they name. */
export async function measureBias(name: string, flags: BiasFlags, context: Context): Promise<void> {
  const { groups, template: templates } = flags;
  if (groups.length < 2) {
    throw new UsageError('there is nothing to compare one group with', {
      where: '--groups',
      fix: 'name two or more, divided by commas: --groups "man,woman"',
    });
  }
  const repeated = groups.find((group, i) => groups.indexOf(group) < i);
  if (repeated !== undefined) throw new UsageError(`the group "${repeated}" is named twice`, { where: '--groups' });
  for (const template of templates) {
    if (!template.includes('{}')) {
      throw new UsageError(`there is no {} in "${template}"`, {
        where: '--template',
        fix: 'put {} where the group goes',
      });
    }
  }
  const { folder, maxLength } = await findModelToUse(name, context);
  const isMaskedLm = (await readConfig(folder)).architecture === 'DistilBertForMaskedLM';
  checkMasks(templates, isMaskedLm);
  const engine = await startEngine(context);
  if (isMaskedLm) {
    const found: FillingsByGroup[] = [];
    const unmask = await pipeline('fill-mask', folder, { engine });
    try {
      for (const template of templates) {
        const masked = template.replaceAll(MASK, unmask.mask_token);
        found.push({ ...(await fillingsByGroup(unmask, masked, groups, flags.top)), template });
      }
    } finally {
      unmask.dispose();
    }
    show(found, { model: name, task: 'fill-mask', groups, templates: found }, fillingTables, context);
  } else {
    const found: LabelsByGroup[] = [];
    const classify = await pipeline('text-classification', folder, {
      engine,
      ...(maxLength === null ? {} : { maxLength }),
    });
    try {
      for (const template of templates) found.push(await labelsByGroup(classify, template, groups));
    } finally {
      classify.dispose();
    }
    const mean = found.length > 1 ? [meanOfTemplates(found)] : [];
    const document = { model: name, task: 'text-classification', groups, templates: found, mean: mean[0] ?? null };
    show([...found, ...mean], document, labelTable, context);
  }
  context.note('Other wordings may give other differences: see `distiltune bias --help` for what this does not show.');
}

/** @throws UsageError for a template without its one mask, and for a mask before a classifier */
function checkMasks(templates: readonly string[], isMaskedLm: boolean): void {
  for (const template of templates) {
    const masks = template.split(MASK).length - 1;
    if (masks === (isMaskedLm ? 1 : 0)) continue;
    throw isMaskedLm
      ? new UsageError(`there ${masks === 0 ? 'is no' : 'are several'} ${MASK} in "${template}"`, {
          where: '--template',
          fix: `put one ${MASK} where the model is to fill in a word`,
        })
      : new UsageError(`there is a ${MASK} in "${template}", and the model does not fill masks`, {
          where: '--template',
          fix: 'give whole sentences, or a masked language model such as distilbert-base-uncased',
        });
  }
}

function show<T>(
  parts: readonly T[],
  document: unknown,
  tablesOf: (part: T, width: number) => string[],
  context: Context,
): void {
  const { stdout, json } = context;
  if (json) {
    stdout.line(JSON.stringify(document, null, 2));
    return;
  }
  parts.forEach((part, i) => {
    if (i > 0) stdout.line();
    const [title, ...lines] = tablesOf(part, stdout.width);
    stdout.line(stdout.colors.bold(title!));
    for (const line of lines) stdout.line(line);
  });
}
