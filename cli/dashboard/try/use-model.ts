import { useEffect, useRef, useState } from 'react';
import type { Context } from '../../context.ts';
import type { TriedInput, TriedModel, TriedResult } from './messages.ts';
import type { ModelProcess, StartModel } from './model-process.ts';

export type ModelState =
  | { is: 'loading'; progress: string | null }
  | { is: 'ready'; model: TriedModel }
  | { is: 'failed'; error: unknown };

/** What the model said last, and of what. */
export interface Said {
  input: TriedInput;
  outcome: { result: TriedResult; milliseconds: number } | { error: unknown };
}

/**
 * A model that is asked anew with every input.
 * @param inputOf the input of the moment; null: there is nothing to ask
 * @returns `said` of the newest input that was answered; `isBusy`: the one of the moment is not yet
 */
export function useModel(
  name: string,
  inputOf: (model: TriedModel) => TriedInput | null,
  context: Pick<Context, 'environment'>,
  start: StartModel,
): { state: ModelState; input: TriedInput | null; said: Said | null; isBusy: boolean } {
  const [state, setState] = useState<ModelState>({ is: 'loading', progress: null });
  const [said, setSaid] = useState<Said | null>(null);
  const running = useRef<ModelProcess | null>(null);
  const inputs = useRef(new Map<number, TriedInput>());

  useEffect(() => {
    const told = (id: number, outcome: Said['outcome']) => {
      const of = inputs.current.get(id);
      // Those before it were dropped, or have been answered.
      for (const other of inputs.current.keys()) if (other <= id) inputs.current.delete(other);
      if (of !== undefined) setSaid({ input: of, outcome });
    };
    setState({ is: 'loading', progress: null });
    setSaid(null);
    const model = start(name, context, {
      onProgress: (progress) => setState({ is: 'loading', progress }),
      onReady: (ready) => setState({ is: 'ready', model: ready }),
      onAnswer: (id, result, milliseconds) => told(id, { result, milliseconds }),
      onFailure: (id, error) => (id === null ? setState({ is: 'failed', error }) : told(id, { error })),
    });
    running.current = model;
    return () => {
      running.current = null;
      inputs.current.clear();
      model.close();
    };
  }, [name, context, start]);

  const input = state.is === 'ready' ? inputOf(state.model) : null;
  const key = input === null ? null : JSON.stringify([input.text, input.second]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the input
  useEffect(() => {
    if (input === null || running.current === null) return;
    inputs.current.set(running.current.ask(input), input);
  }, [key]);

  const isAnswered = input === null || (said !== null && isSame(said.input, input));
  return { state, input, said: input === null ? null : said, isBusy: !isAnswered };
}

const isSame = (a: TriedInput, b: TriedInput) => a.text === b.text && a.second === b.second;
