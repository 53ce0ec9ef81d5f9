import type { TokenBatch } from '../encoder/batch.ts';
import { composedKernels } from '../encoder/composed.ts';
import type { DistilBertConfig } from '../encoder/config.ts';
import { encode } from '../encoder/distilbert.ts';
import { weightsOf } from '../encoder/weights.ts';
import { UsageError } from '../errors.ts';
import { type LoadingOptions, loadEncoder, type ModelSource } from './load-model.ts';
import { type NumberTensor, numberTensor } from './number-tensor.ts';

/** Numbers in rows of one length: lists, or a tensor [B, L]. */
type Rows = readonly (readonly number[])[] | Pick<NumberTensor<Dims2, Int32Array>, 'dims' | 'data'>;
type Dims2 = readonly [number, number];

export interface DistilBertInputs {
  input_ids: Rows;
  /** 1 where a token is to be read, 0 where it is padding. Default: 1. */
  attention_mask?: Rows | undefined;
}

export interface DistilBertOutputs {
  /** [B, L, D]; at the padding too, as the reference has it. */
  last_hidden_state: NumberTensor<[number, number, number]>;
}

export interface DistilBertModel {
  (inputs: DistilBertInputs): Promise<DistilBertOutputs>;
  readonly config: DistilBertConfig;
  dispose(): void;
}

/** The encoder of a model, as transformers' DistilBertModel is called. */
export const DistilBertModel = {
  /**
   * @param name a model as in `pipeline`; its head, if it has one, is left out
   * @throws as `findModel` and `loadModel`
   */
  async fromPretrained(name: ModelSource, options: LoadingOptions = {}): Promise<DistilBertModel> {
    const { model } = await loadEncoder(name, options);
    const { engine, config } = model;
    const weights = weightsOf(model.variables);
    const { dim: D } = config;
    // A mask may leave out any place, which an engine's own attention cannot: it sees sequences as they lie.
    const kernels = composedKernels(engine);

    const call = async (inputs: DistilBertInputs): Promise<DistilBertOutputs> => {
      const { ids, mask, B, L } = readInputs(inputs, config);
      const data = new Float32Array(B * L * D);
      const rows = Math.max(1, Math.floor(TOKENS_AT_ONCE / L));
      for (let first = 0; first < B; first += rows) {
        const [from, to] = [first * L, Math.min(first + rows, B) * L];
        const batch = paddedBatch(ids.subarray(from, to), mask.subarray(from, to), L);
        const pass = { rows: 'all' as const, kernels };
        const values = engine.tidy(() => engine.values(encode(engine, config, weights, batch, pass).hidden));
        data.set(values, from * D);
      }
      return { last_hidden_state: numberTensor(data, [B, L, D]) };
    };
    return Object.assign(call, { config, dispose: () => model.dispose() });
  },
} as const;

/** Bounds memory. */
const TOKENS_AT_ONCE = 2048;

/**
 * Sequences as they were padded: padding is computed like all else, but nothing attends to it. (`makeBatch` leaves it
 * out, which is faster, and then it has no hidden states.)
 */
function paddedBatch(ids: Int32Array, mask: Int32Array, length: number): TokenBatch {
  const tokens = ids.length;
  const count = tokens / length;
  const places = Int32Array.from({ length: tokens }, (_, place) => place);
  const padding = mask.includes(0)
    ? { rowOfPlace: places, placeOfRow: places, keepMask: Float32Array.from(mask) }
    : null;
  return {
    count,
    tokens,
    order: Uint32Array.from({ length: count }, (_, i) => i),
    ids,
    positions: places.map((place) => place % length),
    firstRows: Int32Array.from({ length: count }, (_, i) => i * length),
    groups: [{ firstSequence: 0, count, length, firstRow: 0, rows: tokens, padding }],
  };
}

function readInputs(
  { input_ids, attention_mask }: DistilBertInputs,
  { vocabSize, maxPositionEmbeddings }: DistilBertConfig,
) {
  const { data: ids, dims } = flatten(input_ids, 'input_ids');
  const [B, L] = dims;
  const { data: mask, dims: maskDims } =
    attention_mask === undefined
      ? { data: new Int32Array(ids.length).fill(1), dims }
      : flatten(attention_mask, 'attention_mask');
  if (String(dims) !== String(maskDims)) {
    throw new UsageError(`input_ids is ${dims.join(' x ')} and attention_mask ${maskDims.join(' x ')}.`, {
      fix: 'Give both of one shape, as the tokenizer does.',
    });
  }
  if (L > maxPositionEmbeddings) {
    throw new UsageError(`The sequences have ${L} tokens, and the model reads ${maxPositionEmbeddings} at most.`, {
      fix: 'Call the tokenizer with { truncation: true }.',
    });
  }
  const strange = ids.findIndex((id) => id < 0 || id >= vocabSize);
  if (strange >= 0) {
    throw new UsageError(`Token ${ids[strange]} is outside the model's vocabulary of ${vocabSize}.`, {
      where: `input_ids, row ${Math.floor(strange / L) + 1}, position ${(strange % L) + 1}`,
      fix: "Use the model's own tokenizer.",
    });
  }
  return { ids, mask, B, L };
}

function flatten(rows: Rows, name: string): { data: Int32Array; dims: Dims2 } {
  if ('data' in rows) return { data: rows.data, dims: rows.dims };
  const length = rows[0]?.length ?? 0;
  const uneven = rows.findIndex((row) => row.length !== length);
  if (length === 0 || uneven >= 0) {
    throw new UsageError(`${name} has ${length === 0 ? 'nothing in it' : 'rows of different lengths'}.`, {
      ...(uneven < 0 ? {} : { where: `row ${uneven + 1}` }),
      fix: 'Let the tokenizer fill the shorter ones up.',
    });
  }
  return { data: Int32Array.from(rows.flat()), dims: [rows.length, length] };
}
