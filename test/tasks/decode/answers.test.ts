import { describe, expect, test } from 'vitest';
import { type AnswerWindow, nBestAnswers } from '../../../src/tasks/decode/answers.ts';
import { type PipelineAnswer, pipelineAnswers } from '../../../src/tasks/decode/pipeline-answers.ts';
import { questionWindows } from '../../../src/text/windows.ts';
import { fixtureJson } from '../../parity/fixtures.ts';
import { modelFolder, readTokenizer } from '../../text/tokenizer-fixtures.ts';
import { drawLogits } from './logits.ts';

interface Case {
  question: number;
  seed: number;
  maxLength: number;
  stride: number;
  maxAnswerLength: number;
}

interface NBestFixture {
  questions: Array<[question: string, context: string]>;
  nullThreshold: number;
  cases: Array<
    Case & {
      nBest: number;
      nullAllowed: boolean;
      text: string;
      candidates: Array<{ text: string; start_logit: number; end_logit: number; probability: number }>;
      nullOdds: number | null;
    }
  >;
}

interface PipelineFixture {
  questions: Array<[question: string, context: string]>;
  cases: Array<
    Case & { topK: number; handleImpossibleAnswer: boolean; alignToWords: boolean; answers: PipelineAnswer[] }
  >;
}

const nBest = fixtureJson<NBestFixture>('decoding-n-best.json');
const pipeline = fixtureJson<PipelineFixture>('decoding-answers.json');
const tokenizer = readTokenizer(modelFolder('minilm-l6-h384-uncased')!);

async function windowsOf(
  question: string,
  context: string,
  { seed, maxLength, stride }: Case,
): Promise<AnswerWindow[]> {
  const pair = await tokenizer.encodePair(question, context, { offsets: true });
  const { windows } = questionWindows(pair, { maxLength, stride, maxQuestionLength: 64 });
  return windows.map((window, number) => {
    const length = window.ids.length;
    const both = drawLogits(seed * 100 + number, 2 * length);
    both[0]! += 3 * (seed % 4);
    both[length]! += 3 * (seed % 4);
    return { window, startLogits: both.subarray(0, length), endLogits: both.subarray(length) };
  });
}

function expectClose(actual: number[], expected: number[], tolerance: number, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(actual[i]! - value), `${what} ${i}`).toBeLessThan(tolerance);
  }
}

describe('n-best answers are those of postprocess_qa_predictions', () => {
  test.each(nBest.cases)('$seed: question $question, $maxLength tokens, null allowed: $nullAllowed', async (row) => {
    const [question, context] = nBest.questions[row.question]!;
    const windows = await windowsOf(question, context, row);
    const found = nBestAnswers(context, windows, { ...row, nullThreshold: nBest.nullThreshold });
    for (const { text, start, end } of found.candidates) expect(text).toBe(context.slice(start, end));
    if (row.nullOdds === null) expect(found.nullOdds).toBeNull();
    // A difference of float32 numbers of up to 30.
    else expectClose([found.nullOdds!], [row.nullOdds], 1e-5, 'null odds');
    expect(found.best).toBe(found.candidates.find(({ text }) => text !== ''));

    if (row.text === 'empty') {
      // The original's stand-in where there is no answer at all.
      expect(row.candidates.map(({ text }) => text)).toEqual(row.nullAllowed ? ['empty', ''] : ['empty']);
      expect(found.candidates.map(({ text }) => text)).toEqual(row.nullAllowed ? [''] : []);
      expect([found.text, found.best]).toEqual(['', undefined]);
      return;
    }
    expect(found.text).toBe(row.text);
    expect(found.candidates.map(({ text, startLogit, endLogit }) => [text, startLogit, endLogit])).toEqual(
      row.candidates.map(({ text, start_logit, end_logit }) => [text, start_logit, end_logit]),
    );
    expectClose(
      found.candidates.map(({ score }) => score),
      row.candidates.map(({ probability }) => probability),
      1e-6,
      'score',
    );
  });

  test('the cases have all that there is to decide', () => {
    const allowed = nBest.cases.filter(({ nullAllowed }) => nullAllowed);
    expect(allowed.some(({ text }) => text === '')).toBe(true);
    expect(allowed.some(({ text }) => text !== '' && text !== 'empty')).toBe(true);
    // No answer is put back where it is not among the best.
    expect(allowed.some(({ candidates, nBest: most }) => candidates.length === most + 1)).toBe(true);
  });
});

describe('answers are those of the question-answering pipeline', () => {
  test.each(pipeline.cases)(
    '$seed: question $question, $maxLength tokens, top $topK, words $alignToWords',
    async (row) => {
      const [question, context] = pipeline.questions[row.question]!;
      const windows = await windowsOf(question, context, row);
      const found = pipelineAnswers(context, windows, row);
      // The original fills up with spans of no probability where the context has too few.
      const expected = row.answers.filter(({ score }) => score > 0);
      expect(found.map(({ start, end, answer }) => ({ start, end, answer }))).toEqual(
        expected.map(({ start, end, answer }) => ({ start, end, answer })),
      );
      // Relative to the original's, which is float32.
      expectClose(
        found.map(({ score }, i) => score / expected[i]!.score),
        expected.map(() => 1),
        1e-5,
        'score',
      );
      for (const { start, end, answer } of found) expect(answer).toBe(context.slice(start, end));
    },
  );

  test('the cases have all that there is to decide', () => {
    expect(pipeline.cases.some(({ answers }) => answers.some(({ answer }) => answer === ''))).toBe(true);
    expect(pipeline.cases.some(({ answers, topK }) => answers.filter(({ score }) => score > 0).length < topK)).toBe(
      true,
    );
  });
});

describe('a context of two words', () => {
  const context = 'Yes no';
  const window = {
    offsets: [
      [0, 0],
      [0, 1],
      [0, 0],
      [0, 3],
      [4, 6],
      [0, 0],
    ] as Array<[number, number]>,
    wordIds: [null, 0, null, 0, 1, null],
    span: [3, 5] as [number, number],
  };
  const sure = (logits: number[][]): AnswerWindow => ({ window, startLogits: logits[0]!, endLogits: logits[1]! });

  test('the question and special tokens are never answers', () => {
    const outside = sure([
      [0, 9, 9, 1, 0, 9],
      [0, 9, 9, 1, 0, 9],
    ]);
    expect(nBestAnswers(context, [outside]).text).toBe('Yes');
    expect(nBestAnswers(context, [outside], { nBest: 3 })).toEqual({
      text: '',
      best: undefined,
      candidates: [],
      nullOdds: null,
    });
    expect(pipelineAnswers(context, [outside]).map(({ answer }) => answer)).toEqual(['Yes']);
  });

  test('no answer needs all windows to agree, and the threshold decides', () => {
    const forNone = sure([
      [5, 0, 0, 1, 0, 0],
      [5, 0, 0, 1, 0, 0],
    ]);
    const against = sure([
      [1.5, 0, 0, 1, 0, 0],
      [0, 0, 0, 1, 0, 0],
    ]);
    const agreed = nBestAnswers(context, [forNone, forNone], { nullAllowed: true });
    expect([agreed.text, agreed.best!.text, agreed.nullOdds]).toEqual(['', 'Yes', 8]);
    const divided = nBestAnswers(context, [forNone, against], { nullAllowed: true });
    expect([divided.text, divided.nullOdds]).toEqual(['Yes', -0.5]);
    expect(nBestAnswers(context, [forNone, against], { nullAllowed: true, nullThreshold: -0.5 }).text).toBe('Yes');
    expect(nBestAnswers(context, [forNone, against], { nullAllowed: true, nullThreshold: -0.6 }).text).toBe('');
    expect(nBestAnswers(context, [forNone, forNone], { nullAllowed: true, nullThreshold: 8 }).text).toBe('Yes');
  });

  test('no context', () => {
    const empty: AnswerWindow = {
      window: {
        offsets: [
          [0, 0],
          [0, 1],
          [0, 0],
          [0, 0],
        ],
        wordIds: [null, 0, null, null],
        span: [3, 3],
      },
      startLogits: [1, 2, 3, 4],
      endLogits: [1, 2, 3, 4],
    };
    expect(pipelineAnswers('', [empty])).toEqual([]);
    expect(pipelineAnswers('', [empty], { handleImpossibleAnswer: true })).toEqual([
      { score: 1, start: 0, end: 0, answer: '' },
    ]);
    expect(nBestAnswers('', [empty], { nullAllowed: true })).toEqual({
      text: '',
      best: undefined,
      candidates: [{ text: '', start: 0, end: 0, score: 1, startLogit: 1, endLogit: 1 }],
      nullOdds: 2,
    });
  });
});
