import { DataError } from '../errors.ts';
import type { RawQuestion } from './question-example.ts';
import type { RefusedRow } from './types.ts';

/** A parsed file of SQuAD's JSON. */
export interface SquadDocument {
  /** What the file says of itself: "1.1", "v2.0". */
  version: string | null;
  /** The questions in the order of the file, numbered from 1. */
  questions(): Generator<RawQuestion | RefusedRow>;
}

/** Beyond this a string comes near the longest there can be. */
const mostCharacters = 500_000_000;

type Fields = Record<string, unknown>;

/**
 * Parses SQuAD's JSON, versions 1.1 and 2.0: `data[].paragraphs[].qas[]`, or questions with their contexts in `data[]`.
 * @param limit most characters; the whole document is held in memory
 * @throws DataError when it is no JSON, no list of articles, or longer
 */
export async function readSquad(
  texts: AsyncIterable<string>,
  name: string,
  limit = mostCharacters,
): Promise<SquadDocument> {
  const pieces: string[] = [];
  let length = 0;
  for await (const text of texts) {
    length += text.length;
    if (length > limit) {
      throw new DataError(
        `the file has more than ${limit.toLocaleString('en-US')} characters, too many for one JSON document`,
        {
          where: name,
          fix: 'write JSON Lines instead, one question a line: {"question": ..., "context": ..., "answers": ...}',
        },
      );
    }
    pieces.push(text);
  }
  let document: unknown;
  try {
    document = JSON.parse(pieces.join(''));
  } catch (cause) {
    const { message } = cause as Error;
    throw new DataError(`not JSON: ${message.length > 120 ? `${message.slice(0, 119)}…` : message}`, {
      where: name,
      fix: 'the file may be cut off: copy or download it again',
      cause,
    });
  }
  const { data, version } = (document ?? {}) as Fields;
  if (!Array.isArray(data)) {
    throw new DataError('the JSON has no list of articles', {
      where: name,
      fix: `SQuAD's JSON is {"version": ..., "data": [...]}`,
    });
  }
  return {
    version: typeof version === 'string' || typeof version === 'number' ? String(version) : null,
    questions: () => questionsOf(data),
  };
}

function* questionsOf(data: readonly unknown[]): Generator<RawQuestion | RefusedRow> {
  let line = 0;
  for (const [a, article] of data.entries()) {
    const fields = asFields(article);
    const title = typeof fields.title === 'string' ? ` ("${fields.title.slice(0, 40)}")` : '';
    const name = `article ${a + 1}${title}`;
    if (fields.question !== undefined && fields.context !== undefined) {
      yield { fields, context: fields.context, line: ++line };
      continue;
    }
    if (!Array.isArray(fields.paragraphs)) {
      yield { line: line + 1, reason: `${name} has no list of paragraphs` };
      continue;
    }
    for (const [p, paragraph] of fields.paragraphs.entries()) {
      const { context, qas } = asFields(paragraph);
      if (!Array.isArray(qas)) {
        yield { line: line + 1, reason: `paragraph ${p + 1} of ${name} has no list of questions` };
        continue;
      }
      for (const question of qas) yield { fields: asFields(question), context, line: ++line };
    }
  }
}

function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
