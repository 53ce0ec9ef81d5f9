import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/types.ts';
import { DistiltuneError, DivergedError } from '../../src/errors.ts';
import { encodeExamples } from '../../src/tasks/example-set.ts';
import { sequenceClassification } from '../../src/tasks/sequence-classification.ts';
import type { TrainEvent } from '../../src/trainer/events.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';
import { type TrainOptions, train } from '../../src/trainer/train.ts';
import type { CheckpointReason } from '../../src/trainer/types.ts';
import { testEngine } from '../engine/helper.ts';
import { tinyExamples, tinyModel } from '../tasks/tiny-model.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

interface Case extends Partial<TrainOptions<number>> {
  everySteps: number | null;
  /** Fails where it throws. */
  save?: (reason: CheckpointReason, step: number) => void;
}

/** Six steps, an evaluation after the third and the sixth. */
async function run({
  everySteps,
  save = () => {},
  ...options
}: Case): Promise<{ events: TrainEvent[]; error: unknown }> {
  const model = await tinyModel(engine, sequenceClassification({ labels: ['no', 'yes'] }));
  const data = await encodeExamples(model, tinyExamples(24), { maxLength: 24 });
  const events: TrainEvent[] = [];
  let loss = 10;
  try {
    for await (const event of train({
      model,
      data,
      settings: { ...defaultSettings, batchSize: 8, epochs: 2, checkpoint: { everySteps, keep: 2 } },
      evaluate: async () => ({ loss: loss-- }),
      checkpoints: {
        async save(reason, { step }) {
          save(reason, step);
          return 'there';
        },
      },
      ...options,
    })) {
      events.push(event);
    }
    return { events, error: null };
  } catch (error) {
    return { events, error };
  } finally {
    model.dispose();
  }
}

const saved = (events: TrainEvent[]) =>
  events.flatMap((event) => (event.type === 'checkpoint' ? [`${event.reason} ${event.step}`] : []));
const warned = (events: TrainEvent[]) => events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
const full = () => {
  throw new DistiltuneError('no room');
};

describe('when a run saves', () => {
  test('after so many steps', async () => {
    expect(saved((await run({ everySteps: 2 })).events)).toEqual(['periodic 2', 'best 3', 'periodic 4', 'best 6']);
  });

  test('else after some time', async () => {
    const { events } = await run({ everySteps: null, saveEveryMs: 0 });
    expect(saved(events)).toEqual([
      'periodic 1',
      'periodic 2',
      'best 3',
      'periodic 3',
      'periodic 4',
      'periodic 5',
      'best 6',
    ]);
    expect(saved((await run({ everySteps: null, saveEveryMs: 3_600_000 })).events)).toEqual(['best 3', 'best 6']);
  });
});

describe('a save that fails', () => {
  test('in between is told, and the run goes on to its end', async () => {
    const { events, error } = await run({ everySteps: 2, save: (_, step) => step === 2 && full() });
    expect(error).toBe(null);
    expect(warned(events)).toEqual(['the checkpoint was not saved: no room']);
    expect(saved(events)).toEqual(['best 3', 'periodic 4', 'best 6']);
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'finished', step: 6 });
  });

  test('of the best weights ends it: they would be lost', async () => {
    const { events, error } = await run({ everySteps: 2, save: (reason) => reason === 'best' && full() });
    expect(error).toEqual(new DistiltuneError('no room'));
    expect(saved(events)).toEqual(['periodic 2']);
  });

  test('since the weights are broken ends it, too', async () => {
    const save = () => {
      throw new DivergedError('broken');
    };
    const { error, events } = await run({ everySteps: 2, save });
    expect(error).toBeInstanceOf(DivergedError);
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'diverged' });
  });

  test('through a mistake of the program is not hidden', async () => {
    const save = () => {
      throw new TypeError('a mistake');
    };
    expect((await run({ everySteps: 2, save })).error).toEqual(new TypeError('a mistake'));
  });
});
