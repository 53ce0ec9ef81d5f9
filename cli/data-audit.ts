import { createAudit } from '../src/data/audit.ts';
import { createQuestionsAudit } from '../src/data/audit-questions.ts';
import { createTokensAudit } from '../src/data/audit-tokens.ts';
import type { ExampleFile } from '../src/data/example-file.ts';
import type { SplitName } from '../src/data/split.ts';
import type { AnyAuditReport } from '../src/data/trainable.ts';
import type { Example, QuestionExample, RefusedRow, TaskType, TokenExample } from '../src/data/types.ts';
import type { AnyExample } from '../src/tasks/prepare.ts';
import { type QuestionItem, questionAnswering } from '../src/tasks/question-answering.ts';
import { type TokenItem, wordsWithoutTokens } from '../src/tasks/token-classification.ts';
import type { Features } from '../src/tasks/types.ts';

/** Looks through the examples of a task, with what tokenisation says of each. */
export interface DataAudit {
  add(split: SplitName, example: AnyExample, features: Features<unknown>): void;
  refuse(split: SplitName, row: RefusedRow): void;
  report(): AnyAuditReport;
}

/**
 * @param maxLength most tokens of a sequence
 * @param format of the file to train on: SQuAD's JSON has no lines, and its questions are numbered
 */
export function createDataAudit(task: TaskType, maxLength: number, format: ExampleFile['format']): DataAudit {
  if (task === 'token-classification') {
    const { add, refuse, report } = createTokensAudit({ maxLength });
    return {
      add(split, example, { fullLength, item }) {
        const cutWords = fullLength > maxLength ? wordsWithoutTokens(item as TokenItem) : 0;
        add(split, example as TokenExample, { tokens: fullLength, cutWords });
      },
      refuse,
      report,
    };
  }
  if (task === 'question-answering') {
    const { add, refuse, report } = createQuestionsAudit({
      maxLength,
      places: format === 'squad' ? 'questions' : 'lines',
    });
    return {
      add(split, example, features) {
        const question = example as QuestionExample;
        const lostAnswer = isLost(question, features as Features<QuestionItem>);
        add(split, question, { tokens: features.fullLength, windows: features.sequences.length, lostAnswer });
      },
      refuse,
      report,
    };
  }
  const { add, refuse, report } = createAudit({ task, maxLength });
  return { add: (split, example, { fullLength }) => add(split, example as Example, fullLength), refuse, report };
}

const { targets } = questionAnswering();

/** Whether there is an answer, but no window that holds all of it: then each window's target is [CLS]. */
function isLost(example: QuestionExample, features: Features<QuestionItem>): boolean {
  if (example.answers === undefined || example.answers.length === 0) return false;
  return targets(example, features).every(({ start, end }) => start === 0 && end === 0);
}
