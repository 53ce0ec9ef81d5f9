import { DataError } from '../errors.ts';
import { createJsonReader, JsonProblem, type JsonReader } from './json-reader.ts';
import { maxRowLength, shownLimit } from './limits.ts';
import type { RawQuestion } from './question-example.ts';
import { shorten } from './shorten.ts';
import type { RefusedRow } from './types.ts';

/** What comes of a file of SQuAD's JSON, in its order. */
export type SquadPart =
  /** What the file says of itself: "1.1", "v2.0". */
  | { version: string }
  /** The questions of a paragraph, numbered from 1 through the file, or why there are none. */
  | { questions: (RawQuestion | RefusedRow)[] };

type Fields = Record<string, unknown>;

/**
 * Streams SQuAD's JSON, versions 1.1 and 2.0: `data[].paragraphs[].qas[]`, or questions with their contexts in `data[]`. A
 * paragraph is held at a time; one that is longer than `maxRowLength` is refused.
 * @throws DataError when it is no JSON, or no list of articles
 */
export async function* readSquad(texts: AsyncIterable<string>, name: string): AsyncGenerator<SquadPart> {
  const reader = createJsonReader(texts);
  let isFound = false;
  try {
    if ((await reader.next()) === '{') {
      for await (const key of reader.keys()) {
        if (key === 'data' && (await reader.next()) === '[') {
          isFound = true;
          yield* readArticles(reader);
          continue;
        }
        const value = await reader.value(maxRowLength);
        if (key === 'version' && (typeof value === 'string' || typeof value === 'number')) {
          yield { version: String(value) };
        }
      }
    } else await reader.value(maxRowLength);
    await reader.end();
  } catch (error) {
    throw error instanceof JsonProblem ? notJson(error, name) : error;
  }
  if (!isFound) {
    throw new DataError('the JSON has no list of articles', {
      where: name,
      fix: `SQuAD's JSON is {"version": ..., "data": [...]}`,
    });
  }
}

async function* readArticles(reader: JsonReader): AsyncGenerator<SquadPart> {
  let line = 0;
  for await (const a of reader.elements()) {
    for await (const questions of readArticle(reader, a, line)) {
      for (const question of questions) if (!('reason' in question)) line = question.line;
      yield { questions };
    }
  }
}

/** @param before number of the last question of the articles before */
async function* readArticle(
  reader: JsonReader,
  a: number,
  before: number,
): AsyncGenerator<(RawQuestion | RefusedRow)[]> {
  let line = before;
  const refuse = (reason: string) => [{ line: line + 1, reason }];
  /** Its members but for the paragraphs; null where they are too long to be held. */
  let fields: Fields | null = Object.create(null) as Fields;
  const place = () => {
    const title = typeof fields?.title === 'string' ? ` ("${shorten(fields.title)}")` : '';
    return `article ${a + 1}${title}`;
  };
  let hasParagraphs = false;
  if ((await reader.next()) === '{') {
    let left = maxRowLength;
    for await (const key of reader.keys()) {
      if (key === 'paragraphs' && (await reader.next()) === '[') {
        hasParagraphs = true;
        for await (const p of reader.elements()) {
          const value = await reader.value(maxRowLength);
          const paragraph = `paragraph ${p + 1} of ${place()}`;
          const { context, qas } = asFields(value);
          if (value === undefined) yield refuse(`${paragraph} is ${tooLong}`);
          else if (!Array.isArray(qas)) yield refuse(`${paragraph} has no list of questions`);
          else yield qas.map((question) => ({ fields: asFields(question), context, line: ++line }));
        }
        continue;
      }
      const start = reader.taken();
      const value = await reader.value(left);
      left -= reader.taken() - start;
      if (value === undefined) fields = null;
      else if (fields !== null) fields[key] = value;
    }
  } else await reader.value(maxRowLength);
  if (fields?.question !== undefined && fields.context !== undefined) {
    yield [{ fields, context: fields.context, line: ++line }];
  } else if (!hasParagraphs) {
    yield refuse(fields === null ? `${place()} is ${tooLong}` : `${place()} has no list of paragraphs`);
  }
}

const tooLong = `longer than ${shownLimit(maxRowLength)} characters: divide it, or write JSON Lines, one question a line`;

function notJson({ message, line, column }: JsonProblem, name: string): DataError {
  return new DataError(`not JSON: ${shorten(message, 120)}`, {
    where: `${name}, line ${line}, character ${column}`,
    fix: 'the file may be cut off: copy or download it again',
  });
}

function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
