// Reads a file of examples as a command does, and says as JSON what came of it and by how many MiB the process grew at most.
// node test/fuzz/text/read-file.mjs FILE '{"task": ...}'
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { openExamples } from '../../../dist/src/data/example-file.js';

const [path, wishes] = process.argv.slice(2);

const memory = (field) =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))[1]);

// What was loaded so far does not count.
writeFileSync('/proc/self/clear_refs', '5');
const before = memory('VmRSS');
let examples = 0;
let refused = 0;
let problem = null;
const note = (line, reason) => {
  problem ??= `line ${line}: ${reason}`;
};
try {
  const file = await openExamples(path, { name: basename(path), ...JSON.parse(wishes) });
  const onRefused = ({ line, reason }) => {
    refused++;
    note(line, reason);
  };
  for await (const _ of file.examples(onRefused)) examples++;
  await file.close();
} catch (error) {
  problem = `${error.name}: ${error.message}, ${error.where}`;
}
const grown = Math.round((memory('VmHWM') - before) / 1024);
console.log(JSON.stringify({ examples, refused, problem, grown }));
