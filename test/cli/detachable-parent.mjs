/**
 * A process that looks at a training of its own as a dashboard does: tells its events, log lines, answers and end as lines of
 * JSON, and takes commands as lines: a control command, `interrupt`, `detach`, `liveness`.
 * Arguments: the folder of the built program, the job as JSON.
 */
import { createInterface } from 'node:readline';

const [dist, job] = process.argv.slice(2);
const { launchDetachable } = await import(`${dist}/cli/run/launch.js`);
const { readEnvironment } = await import(`${dist}/cli/environment.js`);

const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const run = launchDetachable(
  JSON.parse(job),
  { environment: readEnvironment() },
  { onStop: (signal, again) => tell({ stop: signal, again }) },
);
run.log((line) => tell({ log: line }));
run.done.then(
  ({ outcome, signal, isAborted }) => tell({ done: { steps: outcome?.results.steps ?? null, signal, isAborted } }),
  (error) => tell({ failed: error.message }),
);
const input = createInterface({ input: process.stdin }).on('line', async (line) => {
  if (line === 'liveness') tell({ liveness: run.liveness() });
  else if (line === 'interrupt') tell({ answer: await run.interrupt() });
  else if (line === 'detach') {
    run.detach();
    input.close();
    process.stdin.destroy();
  } else tell({ answer: await run.control(line) });
});
for await (const events of run.events(new AbortController().signal)) {
  for (const event of events) tell({ event });
}
tell({ read: true });
input.close();
process.stdin.destroy();
