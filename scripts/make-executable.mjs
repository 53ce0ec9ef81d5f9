// The command runs straight from a clone too (`npx distiltune`), and tsc writes files that may not be executed.
import { chmodSync, existsSync } from 'node:fs';

const command = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(command)) chmodSync(command, 0o755);
