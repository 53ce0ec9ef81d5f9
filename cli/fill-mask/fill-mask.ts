import { UsageError } from '../../src/errors.ts';
import type { MaskFilling } from '../../src/pipelines/fill-mask.ts';
import { pipeline } from '../../src/pipelines/pipeline.ts';
import type { Context, Output } from '../context.ts';
import { findModelToUse } from '../find-model.ts';
import { shownProbability } from '../plain/probability.ts';
import { alignRows, printable, shorten } from '../plain/table.ts';
import { startEngine } from '../start-engine.ts';

export interface FillMaskFlags {
  top?: number;
  targets?: string[];
}

const shownByDefault = 5;

/** Fills the masks of texts and shows what may stand there. */
export async function fillMask(name: string, texts: string[], flags: FillMaskFlags, context: Context): Promise<void> {
  const { targets } = flags;
  if (targets?.length === 0) throw new UsageError('--targets names no word', { fix: 'divide the words by commas' });
  const { folder } = await findModelToUse(name, context);
  const unmask = await pipeline('fill-mask', folder, { engine: await startEngine(context) });
  try {
    const given = texts.map((text) => text.replaceAll('[MASK]', unmask.mask_token));
    const results = await unmask(given, { top_k: flags.top ?? targets?.length ?? shownByDefault, targets });
    if (context.json) {
      context.stdout.line(JSON.stringify(texts.length === 1 ? results[0] : results, null, 2));
      return;
    }
    for (const [i, result] of results.entries())
      showFillings(result, texts.length > 1 ? texts[i]! : null, context.stdout);
  } finally {
    unmask.dispose();
  }
}

/** One mask: a row for each filling with the text that it makes. Several: their fillings side by side. */
function showFillings(
  result: MaskFilling[] | MaskFilling[][],
  text: string | null,
  { line, colors, width }: Output,
): void {
  if (text !== null) line(colors.bold(shorten(text, width)));
  const masks = result.every((item): item is MaskFilling[] => Array.isArray(item)) ? result : null;
  const cells = ({ token_str, score }: MaskFilling) => [printable(token_str), shownProbability(score)];
  const rows =
    masks === null
      ? (result as MaskFilling[]).map((filling) => [...cells(filling), colors.dim(shorten(filling.sequence, width))])
      : [
          masks.flatMap((_, i) => [colors.dim(`mask ${i + 1}`), '']),
          ...masks[0]!.map((_, rank) => masks.flatMap((fillings) => cells(fillings[rank]!))),
        ];
  for (const row of alignRows(rows, { indent: text === null ? 0 : 2 })) line(row);
}
