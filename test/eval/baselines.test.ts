import { existsSync, readFileSync } from 'node:fs';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import {
  bagOfWordsBaseline,
  bagOfWordsRegressionBaseline,
  majorityClassBaseline,
  meanBaseline,
} from '../../src/eval/baselines.ts';
import { minimize } from '../../src/eval/lbfgs.ts';
import { fitLogisticRegression, fitRidge } from '../../src/eval/linear-models.ts';
import { fitTfidf, type SparseRows, transform } from '../../src/eval/tfidf.ts';

interface Row<Label> {
  text: string;
  label: Label;
}
interface Fixture {
  versions: Record<string, string>;
  classification: {
    labels: string[];
    bigrams: boolean;
    train: Row<string>[];
    test: Row<string>[];
    expected: { weights: Record<string, number>[]; probabilities: number[][] };
  }[];
  regression: { train: Row<number>[]; test: Row<number>[]; expected: { predicted: number[] } };
}

const fixture: Fixture = JSON.parse(
  readFileSync(new URL('../parity/fixtures/baselines.json', import.meta.url), 'utf8'),
);

function largestGap(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Array.from(actual).reduce((gap, value, i) => Math.max(gap, Math.abs(value - expected[i]!)), 0);
}

describe(`parity with scikit-learn ${fixture.versions['scikit-learn']}`, () => {
  test.each(fixture.classification)('logistic regression, labels $labels, bigrams $bigrams', (c) => {
    const texts = (rows: Row<string>[]) => rows.map((row) => row.text);
    const tfidf = fitTfidf(texts(c.train), { bigrams: c.bigrams, maxTerms: 1000 });
    const features = transform(tfidf, texts(c.test));
    const weights = weightsByTerm(features, tfidf.vocabulary);
    expect(weights.map((row) => Object.keys(row).sort())).toEqual(
      c.expected.weights.map((row) => Object.keys(row).sort()),
    );
    weights.forEach((row, i) => {
      const expected = c.expected.weights[i]!;
      for (const [term, weight] of Object.entries(row)) expect(weight, term).toBeCloseTo(expected[term]!, 12);
    });

    const gold = c.train.map((row) => c.labels.indexOf(row.label));
    const predict = fitLogisticRegression(transform(tfidf, texts(c.train)), gold, c.labels.length, 1e-9);
    expect(largestGap(predict(features), c.expected.probabilities.flat())).toBeLessThan(1e-7);
  });

  test('ridge regression', () => {
    const { train, test, expected } = fixture.regression;
    const texts = (rows: Row<number>[]) => rows.map((row) => row.text);
    const tfidf = fitTfidf(texts(train), { bigrams: false, maxTerms: 1000 });
    const gold = Float64Array.from(train, (row) => row.label);
    const predict = fitRidge(transform(tfidf, texts(train)), gold);
    expect(largestGap(predict(transform(tfidf, texts(test))), expected.predicted)).toBeLessThan(1e-5);
  });
});

function weightsByTerm(features: SparseRows, vocabulary: Map<string, number>): Record<string, number>[] {
  const terms = [...vocabulary.keys()];
  return Array.from({ length: features.rows }, (_, row) => {
    const [start, end] = [features.starts[row]!, features.starts[row + 1]!];
    return Object.fromEntries(
      Array.from({ length: end - start }, (_, e) => [terms[features.indices[start + e]!], features.values[start + e]!]),
    );
  });
}

const people = [
  { text: 'the cat sat', label: 'animal' },
  { text: 'a cat and a dog', label: 'animal' },
  { text: 'dogs bark, cat meows', label: 'animal' },
  { text: 'red car', label: 'thing' },
  { text: 'fast car, red', label: 'thing' },
];

test('majority class: always the most frequent training label, whatever the test split has', () => {
  const split = [people[0]!, people[3]!, people[4]!, people[1]!];
  expect(majorityClassBaseline(people, split)).toEqual({
    name: 'majority class',
    metrics: {
      accuracy: 0.5,
      macro_f1: 1 / 3,
      weighted_f1: 1 / 3,
      mcc: 0,
      f1: 0,
      precision: 0,
      recall: 0,
      roc_auc: 0.5,
      loss: -(Math.log(0.6) + Math.log(0.4)) / 2,
    },
  });
});

describe('bag of words', () => {
  test('separates what words separate, and the same twice', () => {
    const test = [
      { text: 'my cat', label: 'animal' },
      { text: 'your car', label: 'thing' },
    ];
    const result = bagOfWordsBaseline(people, test);
    expect(result).toMatchObject({ name: 'bag of words', metrics: { accuracy: 1, macro_f1: 1, roc_auc: 1 } });
    expect(bagOfWordsBaseline(people, new Set(test))).toEqual(result);
  });

  test('the second of the labels is the positive class', () => {
    const test = [
      { text: 'my cat', label: 'animal' },
      { text: 'a bird', label: 'thing' },
    ];
    const named = (labels: string[]) => bagOfWordsBaseline(people, test, { labels }).metrics.recall;
    expect([named(['animal', 'thing']), named(['thing', 'animal'])]).toEqual([0, 1]);
  });

  test('bigrams tell apart what single words cannot', () => {
    const train = [
      { text: 'dog bites man', label: 'usual' },
      { text: 'man bites dog', label: 'news' },
      { text: 'so dog bites man again', label: 'usual' },
      { text: 'so man bites dog again', label: 'news' },
    ];
    expect(bagOfWordsBaseline(train, train, { bigrams: false }).metrics.accuracy).toBe(0.5);
    expect(bagOfWordsBaseline(train, train, { bigrams: true }).metrics.accuracy).toBe(1);
  });

  test('a label that only the test split has is never predicted', () => {
    const test = [...people, { text: 'what', label: 'question' }];
    const { metrics } = bagOfWordsBaseline(people, test);
    expect(metrics.accuracy).toBe(5 / 6);
  });

  test('training rows of one label only', () => {
    const { metrics } = bagOfWordsBaseline(people.slice(0, 3), people);
    expect(metrics.accuracy).toBe(0.6);
  });

  test('pairs are read whole', () => {
    const pairs = people.map(({ text, label }) => ({ text: 'what is', pair: text, label }));
    expect(bagOfWordsBaseline(pairs, pairs).metrics.accuracy).toBe(1);
  });

  test('rows without a known term, in any script, are no obstacle', () => {
    const train = [
      { text: '我的卡丢了', label: 'card' },
      { text: '卡在哪里', label: 'card' },
      { text: '汇率是多少', label: 'rate' },
      { text: '', label: 'rate' },
    ];
    expect(bagOfWordsBaseline(train, train.slice(0, 3)).metrics.accuracy).toBe(1);
  });
});

test('the most widespread terms stay where there are too many', () => {
  const { vocabulary } = fitTfidf(['aa bb', 'bb cc', 'cc bb', 'dd'], { bigrams: false, maxTerms: 2 });
  expect([...vocabulary]).toEqual([
    ['bb', 0],
    ['cc', 1],
  ]);
});

describe('numbers', () => {
  const train = [
    { text: 'good good', label: 4 },
    { text: 'bad', label: 1 },
    { text: 'good', label: 4 },
    { text: 'bad bad', label: 1 },
  ];

  test('mean of the training labels', () => {
    const test = [
      { text: 'a', label: 2 },
      { text: 'b', label: 4 },
    ];
    expect(meanBaseline(train, test)).toEqual({
      name: 'mean',
      metrics: {
        rmse: Math.sqrt(1.25),
        mse: 1.25,
        mae: 1,
        r2: -0.25,
        pearson: Number.NaN,
        spearman: Number.NaN,
      },
    });
  });

  test('ridge regression: the minimum known in closed form', () => {
    // Two features of length 1 and an intercept of 2.5: weights w and -w with 4 (1.5 - w) = 2 w, so w = 1.
    const { name, metrics } = bagOfWordsRegressionBaseline(train, [
      { text: 'bad', label: 1 },
      { text: 'good', label: 4 },
    ]);
    expect(name).toBe('bag of words');
    expect(metrics.mae).toBeCloseTo(0.5, 6);
    expect(metrics.pearson).toBeCloseTo(1, 12);
  });

  test('equal labels', () => {
    const flat = train.map((row) => ({ ...row, label: 3 }));
    expect(bagOfWordsRegressionBaseline(flat, train).metrics.mae).toBeCloseTo(1.5, 12);
  });
});

test('no rows, or a label that is not among those given', () => {
  expect(() => majorityClassBaseline([], people)).toThrow('there are no training rows');
  expect(() => meanBaseline([{ text: 'a', label: 1 }], [])).toThrow('there are no test rows');
  expect(() => bagOfWordsBaseline(people, people, { labels: ['animal', 'plant'] })).toThrow(
    'the label "thing" is not among the 2 labels of the task',
  );
});

test('the solver is as quick as scipy on an ill-conditioned quadratic, and gets there', () => {
  const scales = Array.from({ length: 20 }, (_, i) => 1.5 ** i);
  const gapAfter = (maxIterations: number) => {
    const minimum = minimize(
      (x, gradient) => {
        scales.forEach((scale, i) => {
          gradient[i] = scale * (x[i]! - i);
        });
        return scales.reduce((value, scale, i) => value + (scale * (x[i]! - i) ** 2) / 2, 0);
      },
      scales.length,
      { tolerance: 1e-8, maxIterations },
    );
    return largestGap(
      minimum,
      scales.map((_, i) => i),
    );
  };
  // scipy 1.17.1, minimize(method='L-BFGS-B', options={'maxcor': 10, 'maxiter': 60}): 0.289.
  expect(gapAfter(60)).toBeLessThan(0.3);
  expect(gapAfter(400)).toBeLessThan(1e-6);
});

const data = new URL('../../../shared/data/csv/', import.meta.url);

// scikit-learn 1.9.1 with its defaults (TfidfVectorizer, LogisticRegression) on the same rows: 0.8769 and 0.9596.
describe.skipIf(!existsSync(data))(
  'real data, within a point of scikit-learn (skipped without the shared data)',
  () => {
    test('banking77', () => {
      const read = (name: string) => {
        const text = readFileSync(new URL(`banking77/${name}`, data), 'utf8');
        const { data: rows } = Papa.parse<{ text: string; category: string }>(text, {
          header: true,
          skipEmptyLines: true,
        });
        return rows.map((row) => ({ text: row.text, label: row.category }));
      };
      const { metrics } = bagOfWordsBaseline(read('train.csv'), read('test.csv'));
      expect(Math.abs(metrics.accuracy! - 0.8769)).toBeLessThan(0.01);
    });

    test('sms-spam, every fifth row for the test', () => {
      const lines = readFileSync(new URL('sms-spam/SMSSpamCollection', data), 'utf8').split(/\r?\n/).filter(Boolean);
      const rows = lines.map((line) => {
        const [label = '', text = ''] = line.split('\t');
        return { label, text };
      });
      const { metrics } = bagOfWordsBaseline(
        rows.filter((_, i) => i % 5 !== 0),
        rows.filter((_, i) => i % 5 === 0),
      );
      expect(Math.abs(metrics.accuracy! - 0.9596)).toBeLessThan(0.01);
    });
  },
);
