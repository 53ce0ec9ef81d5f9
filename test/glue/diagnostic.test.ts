import { expect, test } from 'vitest';
import { type DiagnosticRow, diagnosticScores, readDiagnostic } from '../../tasks/glue/diagnostic.ts';
import { fixtureJson } from '../parity/fixtures.ts';

const header = 'Lexical Semantics\tPredicate-Argument Structure\tLogic\tKnowledge\tDomain\tPremise\tHypothesis\tLabel';
const lines = [
  header,
  'Lexical entailment\t\tNegation\t\tNews\tA "cat" sat.\tAn animal sat.\tentailment',
  '\t\tNegation\t\tNews\tA cat sat.\tNo cat sat.\tcontradiction',
  '\t\tNegation\t\tNews\tb\tc\tneutral',
  'Lexical entailment\t\t\tWorld\tNews\td\te\tneutral',
];

test('the columns are found by name, the coarse categories are those that a row has something of', () => {
  const rows = readDiagnostic(`${lines.join('\r\n')}\r\n`, 'diagnostic-full.tsv');
  expect(rows[0]).toEqual({
    line: 2,
    text: 'A "cat" sat.',
    pair: 'An animal sat.',
    gold: 0,
    categories: ['Lexical Semantics', 'Logic'],
  });
  expect(rows.map(({ gold }) => gold)).toEqual([0, 2, 1, 1]);
});

test('Matthews correlations by category, for three classes; a category without rows has none', () => {
  const rows = readDiagnostic(lines.join('\n'), 'diagnostic-full.tsv');
  const scores = diagnosticScores(rows, [0, 2, 1, 0]);
  expect(scores.Logic).toEqual({ mcc: 1, rows: 3 });
  expect(scores['Lexical Semantics']).toEqual({ mcc: 0, rows: 2 });
  expect(scores['Predicate-Argument Structure']).toEqual({ mcc: Number.NaN, rows: 0 });
  expect(scores.all.rows).toBe(4);
});

test("the Matthews correlation of all rows is scikit-learn's for three classes", () => {
  const { gold, predicted, mcc } = fixtureJson<{ diagnostic: { gold: number[]; predicted: number[]; mcc: number } }>(
    'glue.json',
  ).diagnostic;
  const rows = gold.map((id, i): DiagnosticRow => ({ line: i, text: '', pair: '', gold: id, categories: [] }));
  expect(diagnosticScores(rows, predicted).all).toEqual({ mcc: expect.closeTo(mcc, 12), rows: gold.length });
});

test('a column or a label that is not there', () => {
  expect(() => readDiagnostic('Premise\tHypothesis\tLabel\n', 'x.tsv')).toThrow(
    'there is no column "Lexical Semantics"',
  );
  expect(() => readDiagnostic(`${header}\n\t\t\t\t\ta\tb\tmaybe\n`, 'x.tsv')).toThrow('labelled "maybe"');
});
