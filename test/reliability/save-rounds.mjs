/**
 * A process that saves again and again on a disk that fails, each round at another call, and says what was left.
 * Arguments: the folder of the built program, a folder with `tiny/`, the log of calls, and `all` or `some`.
 * Its environment loads `faulty-writes.c`, which reads what is set here.
 */
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const [dist, workplace, log, which] = process.argv.slice(2);
const { createEngine } = await import(`${dist}/src/engine/create.js`);
const { openModelFolder } = await import(`${dist}/src/data/model-folder.js`);
const { recoverReplaced } = await import(`${dist}/src/data/replace-folder.js`);
const { checkFolder } = await import(`${dist}/src/data/manifest.js`);
const { DistiltuneError } = await import(`${dist}/src/errors.js`);
const { loadModel } = await import(`${dist}/src/tasks/model.js`);
const { sequenceClassification } = await import(`${dist}/src/tasks/sequence-classification.js`);
const { train } = await import(`${dist}/src/trainer/train.js`);
const { defaultSettings } = await import(`${dist}/src/trainer/settings.js`);
const { createCheckpointStore } = await import(`${dist}/cli/run/checkpoints.js`);
const { checkpointSteps, newestCheckpoint } = await import(`${dist}/cli/run/saved-point.js`);

const engine = await createEngine({ kind: 'wasm' });
const model = await loadModel(
  engine,
  await openModelFolder(join(workplace, 'tiny')),
  sequenceClassification({ labels: ['no', 'yes'] }),
);
const base = join(workplace, 'base');
const run = join(workplace, 'zone');
const keep = 2;

/** What a run does that improves, saves periodically, and is stopped after the same step. */
const saves = [
  ['best', 3],
  ['periodic', 3],
  ['stop', 3],
];

const data = { samples: 4, sample: (i) => ({ sequences: [[2, 5 + i, 3]], target: i % 2 }) };
const settings = { ...defaultSettings, batchSize: 4, maxSteps: 1 };
/** The rounds are run from within a save, where what the optimizer keeps is at hand. */
const checkpoints = {
  async save(_, state, ...optimizer) {
    await rounds(state, optimizer);
    return 'done';
  },
};
for await (const _ of train({ model, data, settings, checkpoints })) {
}

async function rounds(state, optimizer) {
  const warnings = [];
  const store = (folder) =>
    createCheckpointStore(folder, model, {
      keep,
      position: () => ({ stepsPerEpoch: 1, totalSteps: 9 }),
      warn: (message) => warnings.push(message),
    });
  const best = { step: 1, epoch: 1, metric: 'loss', value: 1 };
  for (const [reason, step] of [
    ['best', 1],
    ['periodic', 1],
    ['periodic', 2],
  ]) {
    await store(base).save(reason, { ...state, step, best }, ...optimizer);
  }

  const saveAll = async () => {
    const outcomes = [];
    for (const [reason, step] of saves) {
      try {
        await store(run).save(reason, { ...state, step, best: { ...best, step } }, ...optimizer);
        outcomes.push({ reason, step, ok: true });
      } catch (error) {
        const isSaid = error instanceof DistiltuneError && error.where !== undefined && error.fix !== undefined;
        outcomes.push({ reason, step, ok: false, isSaid, message: error.message });
      }
    }
    return outcomes;
  };

  fresh();
  process.env.FAULTY_ROUND = 'counted';
  process.env.FAULTY_LOG = log;
  await saveAll();
  delete process.env.FAULTY_LOG;
  for (const [round, { at, how }] of chosenFaults().entries()) {
    fresh();
    warnings.length = 0;
    process.env.FAULTY_HOW = how;
    process.env.FAULTY_ROUND = String(round);
    process.env.FAULTY_AT = String(at);
    const outcomes = await saveAll();
    process.env.FAULTY_AT = '0';
    process.stdout.write(`${JSON.stringify({ at, how, outcomes, warnings, ...(await left()) })}\n`);
  }
}

function fresh() {
  rmSync(run, { recursive: true, force: true });
  cpSync(base, run, { recursive: true });
}

/** Every way of failing at each call; or one of them, in turn, at the first of each kind on each file. */
function chosenFaults() {
  const seen = new Set();
  const calls = readFileSync(log, 'utf8').trimEnd().split('\n');
  const isNew = (line) => {
    const kind = line.replace(/^\d+ /, '').replace(/\.[\da-f]{8}\./, '.');
    const isFirst = !seen.has(kind);
    seen.add(kind);
    return which === 'all' || isFirst;
  };
  return calls.filter(isNew).flatMap((line, i) => {
    const [at, name] = [Number.parseInt(line, 10), line.split(' ')[1]];
    const ways = name === 'write' ? ['ENOSPC', 'EIO', 'SHORT'] : ['ENOSPC', 'EIO'];
    return (which === 'all' ? ways : [ways[i % ways.length]]).map((how) => ({ at, how }));
  });
}

/** What somebody finds who comes after a round. */
async function left() {
  const isReadable = (await (await openModelFolder(join(run, 'model'))).list()).includes('model.safetensors');
  await recoverReplaced(run);
  await recoverReplaced(join(run, 'checkpoints'));
  const whole = [];
  for (const step of checkpointSteps(run)) {
    const check = await checkFolder(join(run, 'checkpoints', `step-${step}`));
    if (check.state === 'whole') whole.push(step);
  }
  const { point, damaged } = await newestCheckpoint(run);
  const model = (await checkFolder(join(run, 'model'))).state;
  const others = [run, join(run, 'checkpoints')]
    .flatMap((folder) => readdirSync(folder))
    .filter((name) => name.startsWith('.'));
  return { isReadable, whole, newest: point?.state.step ?? null, damaged, model, others };
}
