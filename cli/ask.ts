import { createInterface } from 'node:readline/promises';

/** Asks on the terminal, standard error that is: standard output is for results. An empty answer or the end of input gives ''. */
export async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // With Ctrl-D the answer never comes.
    const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    return (await Promise.race([terminal.question(question), ended])).trim();
  } finally {
    terminal.close();
  }
}
