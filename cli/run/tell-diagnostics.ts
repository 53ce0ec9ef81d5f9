import type { Evaluation } from '../../src/eval/evaluate.ts';
import type { PreparedData } from './data.ts';
import { diagnose } from './diagnose.ts';
import type { AnyEvent } from './events.ts';
import { createRowTexts, type RowTexts } from './row-texts.ts';

/** Tells what an evaluation of a split shows. A run does not end because the texts of its mistakes cannot be read any more. */
export type TellDiagnostics = (split: 'validation' | 'test', step: number, evaluation: Evaluation) => Promise<void>;

export function createDiagnosticsTeller(
  { files, sets }: Pick<PreparedData, 'files' | 'sets'>,
  emit: (event: AnyEvent) => void,
): TellDiagnostics {
  const textsOf = (split: 'validation' | 'test') => {
    const { file } = files.find((candidate) => candidate.split === split) ?? files[0]!;
    return createRowTexts(file, sets[split]);
  };
  const texts = new Map<string, RowTexts>();
  return async (split, step, { report }) => {
    if (!texts.has(split)) texts.set(split, textsOf(split));
    try {
      emit({ type: 'diagnostics', step, split, diagnostics: await diagnose(report, texts.get(split)!) });
    } catch (error) {
      const message = `the texts of the mistakes cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      emit({ type: 'warning', step, message });
      emit({ type: 'diagnostics', step, split, diagnostics: await diagnose(report, async () => new Map()) });
    }
  };
}
