/**
 * Trains as the command line's training process does, and looks at itself every so many steps. One argument: {"run": FOLDER,
 * "every", "settings": ["key=value", ...]}. Prints a line of JSON at each look, {"look": {...}}, and one with all at the end.
 */
import { readdirSync } from 'node:fs';
import { ofArgument, resolveSettings } from '../../dist/cli/config/resolve.js';
import { readEnvironment } from '../../dist/cli/environment.js';
import { runTraining } from '../../dist/cli/run/train-run.js';
import { startEngine } from '../../dist/cli/start-engine.js';
import { createControl } from '../../dist/src/index.js';

const { run, every, settings } = JSON.parse(process.argv[2]);
const environment = readEnvironment();
const stopping = new AbortController();
const looks = [];
const counts = { evaluation: 0, checkpoint: 0 };
let engine;
let seconds = 0;
let tokens = 0;

function onEvent(event) {
  if (event.type in counts) counts[event.type]++;
  if (event.type !== 'step') return;
  seconds += event.seconds;
  tokens += event.tokens;
  if (event.step % every !== 0) return;
  const { rss, heapUsed } = process.memoryUsage();
  const look = {
    step: event.step,
    rss_mb: megabytes(rss),
    heap_mb: megabytes(heapUsed),
    live_tensors: engine.liveTensors(),
    open_files: openFiles(),
    steps_per_second: Number((every / seconds).toFixed(2)),
    tokens_per_second: Number((tokens / seconds).toFixed(1)),
    loss: Number(event.loss.toFixed(4)),
  };
  seconds = 0;
  tokens = 0;
  looks.push(look);
  console.log(JSON.stringify({ look }));
}

const megabytes = (bytes) => Number((bytes / 2 ** 20).toFixed(1));

/** Linux tells; elsewhere null. */
function openFiles() {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return null;
  }
}

await runTraining(
  {
    ...resolveSettings({ commandLine: settings.map(ofArgument), usual: false }),
    output: { folder: run, isAsked: true },
    resume: false,
    dryRun: false,
    requirements: [],
    version: 'bench',
  },
  {
    environment,
    async startEngine() {
      engine = await startEngine({ environment, note: () => {} });
      return engine;
    },
    onEvent,
    signal: stopping.signal,
    control: createControl(stopping),
  },
);
const { evaluation: evaluations, checkpoint: checkpoints } = counts;
console.log(JSON.stringify({ looks, evaluations, checkpoints, engine: `${engine.name} ${engine.version}` }));
