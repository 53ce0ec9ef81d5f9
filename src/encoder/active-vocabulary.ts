import type { Engine, Tensor, Variable } from '../engine/types.ts';
import { wordEmbeddings } from './names.ts';

/**
 * The word embeddings while only some tokens' rows train. What a model is fine-tuned on has some thousand of the 30,522 tokens of
 * its vocabulary. The rows of all others never have a gradient, so that their moments stay 0 and AdamW does nothing to them but
 * decay: they need no gradient, no moments and no update, only the product of what each step would have multiplied them by.
 */
export interface ActiveVocabulary {
  /** Tokens whose rows train, ascending, [U]. */
  readonly ids: Int32Array;
  /** Where each token's row is: of the rows that train if not negative, else ~ of the rows of `rest`, [V]. */
  readonly places: Int32Array;
  /** The rows of all other tokens as they were before the first step, ascending, [V - U, D]. */
  readonly rest: Float32Array;
  /** What decay has left of `rest`: a product in float64, rounded where it is applied and never in between. */
  decay: number;
}

/** The word embeddings of a model, of which all rows train or those of some tokens only. */
export interface WordEmbeddings {
  /** null: all rows train. */
  readonly active: ActiveVocabulary | null;
  /**
   * Leaves the rows of these tokens, [U, D], as the variable that trains and puts the others aside.
   * @param ids ascending, [U], at least one
   * @param resting the others where they were put aside before, at an earlier step than that of the model's weights
   */
  confine(ids: Int32Array, resting?: Pick<ActiveVocabulary, 'rest' | 'decay'>): ActiveVocabulary;
  /** Makes the variable hold all rows again, [V, D], as AdamW would have left them. Without effect where it does. */
  release(): void;
  /** All rows, [V, D], flat, as AdamW would have left them. */
  values(): Float32Array;
}

/** @param variables the model's, in which the variable of the word embeddings is replaced as they are confined and released */
export function createWordEmbeddings(engine: Engine, variables: Map<string, Variable>): WordEmbeddings {
  let active: ActiveVocabulary | null = null;
  const valuesOf = () => engine.tidy(() => engine.values(variables.get(wordEmbeddings)!.read()));
  const replace = (read: () => Tensor) =>
    engine.tidy(() => {
      const replacement = engine.variable(read());
      variables.get(wordEmbeddings)!.dispose();
      variables.set(wordEmbeddings, replacement);
    });
  const width = () => variables.get(wordEmbeddings)!.shape[1]!;
  const values = () => (active ? allRows(active, valuesOf(), width()) : valuesOf());
  return {
    get active() {
      return active;
    },
    confine(ids, resting) {
      const variable = variables.get(wordEmbeddings)!;
      const places = placesOf(ids, variable.shape[0]!);
      const rows = (of: Int32Array) => engine.gatherRows(variable.read(), engine.ints(of, [of.length]));
      const others = Int32Array.from(places.keys()).filter((id) => places[id]! < 0);
      const { rest, decay } = resting ?? { rest: engine.tidy(() => engine.values(rows(others))), decay: 1 };
      replace(() => rows(ids));
      active = { ids, places, rest, decay };
      return active;
    },
    release() {
      if (!active) return;
      const [all, D] = [values(), width()];
      replace(() => engine.floats(all, [all.length / D, D]));
      active = null;
    },
    values,
  };
}

function placesOf(ids: Int32Array, vocabSize: number): Int32Array {
  const places = new Int32Array(vocabSize).fill(-1);
  for (const [row, id] of ids.entries()) places[id] = row;
  let others = 0;
  for (let id = 0; id < vocabSize; id++) if (places[id] === -1) places[id] = ~others++;
  return places;
}

/** @param trained the rows that train, flat */
function allRows({ places, rest, decay }: ActiveVocabulary, trained: Float32Array, width: number): Float32Array {
  const all = new Float32Array(places.length * width);
  for (const [id, place] of places.entries()) {
    if (place < 0) decayRow(rest, ~place, decay, all, id, width);
    else all.set(trained.subarray(place * width, (place + 1) * width), id * width);
  }
  return all;
}

/** Rounds once: what is measured, what is saved and what training ends with are the same to the bit. */
function decayRow(
  from: Float32Array,
  row: number,
  decay: number,
  to: Float32Array,
  target: number,
  width: number,
): void {
  const [start, end] = [row * width, target * width];
  for (let i = 0; i < width; i++) to[end + i] = from[start + i]! * decay;
}

/**
 * The rows, among those that train, of a training batch's tokens: [T] -> [T].
 * @throws RangeError for a token whose row does not train
 */
export function trainedRows({ places }: ActiveVocabulary, ids: Int32Array): Int32Array {
  return ids.map((id) => {
    const place = places[id]!;
    if (place >= 0) return place;
    throw new RangeError(`token ${id} is trained on, and is not among the tokens that the training set says it uses`);
  });
}

/** Word embeddings of some tokens, and the rows of these that stand for a batch's tokens. */
export interface EmbeddingTable {
  /** [T] */
  rows: Int32Array;
  /** The table, [N, D], a new tensor at each call. */
  read(): Tensor;
}

/**
 * The embeddings of any tokens: those that train and those that do not.
 * @param ids a batch's, [T]
 * @param readTrained gives the rows that train, [U, D]
 */
export function lookUp(
  engine: Engine,
  vocabulary: ActiveVocabulary,
  readTrained: () => Tensor,
  ids: Int32Array,
): EmbeddingTable {
  const { places, rest, decay } = vocabulary;
  const resting = [...new Set(ids)].filter((id) => places[id]! < 0);
  if (resting.length === 0) return { rows: trainedRows(vocabulary, ids), read: readTrained };
  const training = [...new Set(ids)].filter((id) => places[id]! >= 0);
  const rowOf = new Map([...training, ...resting].map((id, row) => [id, row]));
  return {
    rows: ids.map((id) => rowOf.get(id)!),
    read: () =>
      engine.tidy(() => {
        const trained = readTrained();
        const width = trained.shape[1]!;
        const others = new Float32Array(resting.length * width);
        for (const [i, id] of resting.entries()) decayRow(rest, ~places[id]!, decay, others, i, width);
        const decayed = engine.floats(others, [resting.length, width]);
        if (training.length === 0) return decayed;
        const rows = Int32Array.from(training, (id) => places[id]!);
        return engine.concatRows([engine.gatherRows(trained, engine.ints(rows, [rows.length])), decayed]);
      }),
  };
}
