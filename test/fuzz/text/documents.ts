/** Made-up files of examples: good ones, with hostile texts among the others, for `mutate` to damage. */
import { csvRow } from '../../../src/data/csv-writer.ts';
import type { Draws } from '../binary/fuzz.ts';
import { anyValue } from '../binary/json-inputs.ts';
import { hostileText } from './mutate.ts';

const words = ['the', 'a', 'film', 'good', 'Ada', 'London', 'born', '1815', '😀', 'naïve', '漢字', "it's", '.', '#1'];
const labels = ['good', 'bad', 'B-PER', '0', '1', '2.5', '__proto__', 'constructor', 'a;b', ''];
const tags = ['O', 'O', 'B-PER', 'I-PER', 'B-LOC', 'I-LOC', 'S-X', 'E-X', 'NOUN'];
const names = ['text', 'label', 'sentence1', 'sentence2', 'id', 'labels', 'a', 'b', '', 'text', '__proto__', 'Text'];

const list = <T>(draws: Draws, most: number, make: (index: number) => T): T[] =>
  Array.from({ length: 1 + draws.below(most) }, (_, index) => make(index));

const sentence = (draws: Draws): string => list(draws, 8, () => draws.pick(words)).join(' ');
const text = (draws: Draws): string => (draws.once(6) ? hostileText(draws) : sentence(draws));
const labelOf = (draws: Draws): string => (draws.once(12) ? hostileText(draws) : draws.pick(labels));
/** A value that should be another. */
const orAny = (draws: Draws, value: unknown): unknown => (draws.once(15) ? anyValue(draws) : value);

export function csvDocument(draws: Draws): string {
  const delimiter = draws.pick([',', ',', '\t', ';', '|']);
  const width = 1 + draws.below(4);
  const header = draws.once(4)
    ? []
    : [Array.from({ length: width }, (_, i) => (draws.once(3) ? draws.pick(names) : names[i]!))];
  const rows = list(draws, 12, () => Array.from({ length: width }, (_, i) => (i === 1 ? labelOf(draws) : text(draws))));
  const isQuoted = !draws.once(4);
  const lineEnd = draws.pick(['\n', '\n', '\r\n', '\r']);
  return [...header, ...rows]
    .map((cells) => (isQuoted ? csvRow(cells, delimiter).slice(0, -1) : cells.join(delimiter)) + lineEnd)
    .join('');
}

const jsonLines = (rows: readonly unknown[], draws: Draws): string =>
  rows.map((row) => `${JSON.stringify(orAny(draws, row))}${draws.once(30) ? '' : '\n'}`).join('');

export function jsonTableDocument(draws: Draws): string {
  const isList = draws.once(4);
  return jsonLines(
    list(draws, 10, () => ({
      text: orAny(draws, text(draws)),
      label: orAny(draws, isList ? list(draws, 3, () => draws.pick(labels)) : labelOf(draws)),
      ...(draws.once(5) ? { [draws.pick(names)]: anyValue(draws) } : {}),
    })),
    draws,
  );
}

export function tokensDocument(draws: Draws): string {
  const isEntities = draws.once(2);
  return jsonLines(
    list(draws, 8, () => {
      if (!isEntities) {
        const own = list(draws, 8, () => (draws.once(20) ? hostileText(draws) : draws.pick(words)));
        return {
          tokens: orAny(draws, own),
          tags: orAny(
            draws,
            own.map(() => draws.pick(tags)),
          ),
        };
      }
      const own = text(draws);
      const entity = () => {
        const start = draws.below(own.length + 1);
        const end = start + draws.below(12);
        const label = draws.pick(['PER', 'LOC', 'constructor']);
        return draws.once(2)
          ? [start, end, label]
          : { start, end, label, ...(draws.once(2) ? { text: own.slice(start, end) } : {}) };
      };
      return {
        text: orAny(draws, own),
        entities: orAny(
          draws,
          list(draws, 3, () => orAny(draws, entity())),
        ),
      };
    }),
    draws,
  );
}

export function conllDocument(draws: Draws): string {
  const delimiter = draws.pick([' ', '\t', ' \t ']);
  const isNumbered = draws.once(8);
  const width = isNumbered ? 10 : 1 + draws.below(4);
  const line = (index: number) => {
    const cells = Array.from({ length: width }, (_, i) => (i === width - 1 ? draws.pick(tags) : draws.pick(words)));
    if (isNumbered) cells[0] = draws.once(10) ? `${index + 1}-${index + 2}` : String(index + 1);
    if (draws.once(30)) cells[draws.below(width)] = hostileText(draws);
    return cells.join(delimiter);
  };
  const lineEnd = draws.pick(['\n', '\n', '\r\n', '\r']);
  return list(draws, 5, () => {
    const comment = draws.once(5) ? [`# ${sentence(draws)}`] : [];
    return `${[...comment, ...list(draws, 8, line)].join(lineEnd)}${lineEnd}${lineEnd}`;
  }).join(draws.once(10) ? `-DOCSTART- -X- O${lineEnd}${lineEnd}` : '');
}

function question(draws: Draws, context: string): Record<string, unknown> {
  const start = draws.below(context.length + 1);
  const answer = () => ({
    text: orAny(draws, context.slice(start, start + 1 + draws.below(10))),
    answer_start: orAny(draws, draws.once(4) ? draws.below(60) : [...context.slice(0, start)].length),
  });
  const answers = list(draws, 3, answer);
  return {
    id: orAny(draws, draws.pick(['a', 'b', 'c', '__proto__', 'constructor'])),
    question: orAny(draws, text(draws)),
    answers: orAny(
      draws,
      draws.pick([
        answers,
        [],
        { text: answers.map((one) => one.text), answer_start: answers.map((one) => one.answer_start) },
      ]),
    ),
    ...(draws.once(5) ? { is_impossible: orAny(draws, draws.once(2)) } : {}),
  };
}

export function questionsDocument(draws: Draws): string {
  return jsonLines(
    list(draws, 6, () => {
      const context = text(draws);
      return { ...question(draws, context), context: orAny(draws, context) };
    }),
    draws,
  );
}

export function squadDocument(draws: Draws): string {
  const paragraph = () => {
    const context = text(draws);
    return {
      context: orAny(draws, context),
      qas: orAny(
        draws,
        list(draws, 3, () => orAny(draws, question(draws, context))),
      ),
    };
  };
  const article = () => {
    if (draws.once(6)) {
      const context = text(draws);
      return { ...question(draws, context), context };
    }
    const title = draws.once(3) ? {} : { title: orAny(draws, text(draws)) };
    return {
      ...title,
      paragraphs: orAny(
        draws,
        list(draws, 3, () => orAny(draws, paragraph())),
      ),
    };
  };
  const members = Object.entries({
    version: orAny(draws, draws.pick(['1.1', 'v2.0', '2.0', 2])),
    data: orAny(
      draws,
      list(draws, 3, () => orAny(draws, article())),
    ),
    ...(draws.once(4) ? { more: anyValue(draws) } : {}),
  });
  if (draws.once(2)) members.reverse();
  return JSON.stringify(Object.fromEntries(members), null, draws.pick([0, 0, 1, '\t']));
}

export function plainDocument(draws: Draws): string {
  const lineEnd = draws.pick(['\n', '\n', '\r\n', '\r']);
  return list(draws, 10, () => (draws.once(4) ? '' : text(draws)) + lineEnd).join('');
}
