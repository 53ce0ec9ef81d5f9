import { conllSentence } from '../../src/data/conll-sentence.ts';
import type { AnyExample } from '../../src/tasks/prepare.ts';
import type { AnswerPrediction, Task, TokensPrediction } from '../../src/tasks/types.ts';
import type { TextSink } from '../text-sink.ts';
import type { Input } from './input.ts';
import { createRowWriter, formatFor, type RowWriter } from './output.ts';

export interface WriterOptions {
  /** Name of the file, where there is one: its extension says the format. */
  output?: string | undefined;
  top?: number | undefined;
  /** One JSON document. */
  json: boolean;
}

/** What writes an input's rows: words go back as CoNLL columns, questions as SQuAD's answers, if that is asked for by name. */
export async function writerFor(
  input: Pick<Input<AnyExample>, 'kind' | 'columns' | 'isJsonLines'>,
  sink: TextSink,
  { type, labels }: Pick<Task, 'type' | 'labels'>,
  { output, top, json }: WriterOptions,
): Promise<RowWriter<AnyExample>> {
  const extension = /\.(jsonl|ndjson|json|conll|txt)$/i.exec(output ?? '')?.[1]?.toLowerCase();
  if (type === 'question-answering' && extension === 'json' && !json) return createSquadRows(sink);
  if (type === 'token-classification' && !json) {
    const isConll = extension === undefined ? input.kind === 'conll' : extension === 'conll' || extension === 'txt';
    if (isConll) return createConllRows(sink);
  }
  const format = formatFor(output, input.isJsonLines, json);
  return createRowWriter(sink, { format, columns: input.columns, task: type, labels, top: top ?? null });
}

/** CoNLL columns: the word, its tag where the file has one, the predicted tag. */
function createConllRows(sink: TextSink): RowWriter<AnyExample> {
  return {
    async write({ example }, prediction) {
      if (prediction === null || !('words' in example)) return;
      const { tags } = prediction as TokensPrediction;
      await sink.write(conllSentence({ words: example.words, gold: example.tags, predicted: tags }));
    },
    close: () => sink.close(),
  };
}

/** SQuAD's predictions: one object of answers by id, `""` for no answer. */
function createSquadRows(sink: TextSink): RowWriter<AnyExample> {
  let isFirst = true;
  return {
    async write({ example }, prediction) {
      if (!('question' in example)) return;
      const { answer } = (prediction ?? { answer: '' }) as AnswerPrediction;
      await sink.write(`${isFirst ? '{\n' : ',\n'}${JSON.stringify(example.id)}: ${JSON.stringify(answer)}`);
      isFirst = false;
    },
    async close() {
      await sink.write(isFirst ? '{}\n' : '\n}\n');
      await sink.close();
    },
  };
}
