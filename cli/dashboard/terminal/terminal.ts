/** A terminal while it is ours: alternate screen, no cursor, keys as they are pressed. */
export interface Terminal {
  /** Gives it back, synchronously: also good while the process ends. */
  release(): void;
  /** Resolves when all that was written has left this process. */
  flushed(): Promise<void>;
  /** Gives it to the shell, as Ctrl-Z does, and takes it again when the process goes on. */
  suspend(): void;
}

const enter = '\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[0m\x1b[2J\x1b[H';
// The end of synchronized output first: a frame may have been cut off by the end of the process.
const leave = '\x1b[?2026l\x1b[0m\x1b[?2004l\x1b[?25h\x1b[?1049l';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * @param options.onTaken the terminal is ours (again) and empty
 * @param options.onLost stdin has ended or the terminal is gone
 * @param options.onExit the process ends, by itself or by an error: has to release the terminal
 * @param options.onSignal a signal came that ends a process by default: has to release the terminal
 */
export function takeTerminal(options: {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  onData: (bytes: Buffer) => void;
  onTaken: () => void;
  onLost: () => void;
  onExit: () => void;
  onSignal: (signal: NodeJS.Signals) => void;
}): Terminal {
  const { stdin, stdout, stderr, onData, onTaken, onLost, onExit, onSignal } = options;
  const wasRaw = stdin.isRaw === true;
  let isTaken = false;
  let isLost = false;
  let releaseErrors = () => {};

  const take = () => {
    isTaken = true;
    // Node remembers the mode it set last: what a shell has changed meanwhile is set anew only after the other one.
    stdin.setRawMode(wasRaw);
    stdin.setRawMode(true);
    releaseErrors = holdBack(stderr);
    stdout.write(enter);
    onTaken();
  };
  const yieldTerminal = () => {
    if (!isTaken) return;
    isTaken = false;
    try {
      if (!isLost) stdout.write(leave);
      stdin.setRawMode(wasRaw);
    } catch {
      // A terminal that is gone needs nothing.
    }
    releaseErrors();
  };

  const takeAgain = () => {
    take();
    // The signal for a new size goes to the job in the foreground only. Node asks for the size when it gets one.
    process.kill(process.pid, 'SIGWINCH');
  };
  const stopped = () => {
    yieldTerminal();
    process.off('SIGTSTP', stopped);
    // Stops here. A process that no shell could wake up again goes on at once.
    process.kill(process.pid, 'SIGTSTP');
    process.on('SIGTSTP', stopped);
    takeAgain();
  };
  const continued = () => {
    yieldTerminal();
    takeAgain();
  };
  const lost = () => {
    isLost = true;
    onLost();
  };

  for (const signal of signals) process.on(signal, onSignal);
  if (process.platform !== 'win32') process.on('SIGTSTP', stopped).on('SIGCONT', continued);
  // Node prints the error afterwards, and ends.
  process.on('uncaughtExceptionMonitor', onExit);
  process.on('exit', onExit);
  stdin.on('data', onData).on('end', lost).on('close', lost).on('error', lost);
  stdout.on('error', lost).on('close', lost);
  take();
  stdin.resume();

  return {
    release() {
      yieldTerminal();
      for (const signal of signals) process.off(signal, onSignal);
      process.off('SIGTSTP', stopped).off('SIGCONT', continued);
      process.off('uncaughtExceptionMonitor', onExit).off('exit', onExit);
      stdin.off('data', onData).off('end', lost).off('close', lost);
      stdout.off('close', lost);
      // The listeners for errors stay on a terminal that is gone: its last errors are still to come.
      if (!isLost) {
        stdin.off('error', lost);
        stdout.off('error', lost);
      }
      stdin.pause();
    },
    flushed() {
      return isLost ? Promise.resolve() : new Promise((resolve) => stdout.write('', () => resolve()));
    },
    suspend() {
      // The whole job, as the terminal does for Ctrl-Z.
      if (process.platform !== 'win32') process.kill(0, 'SIGTSTP');
    },
  };
}

// Characters.
const heldAtMost = 1 << 16;

/** Keeps what is written to the stream until the returned function is called, which writes it. */
function holdBack(stream: NodeJS.WriteStream): () => void {
  if (!stream.isTTY) return () => {};
  const held: string[] = [];
  let length = 0;
  const { write } = stream;
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    if (length < heldAtMost) held.push(text);
    length += text.length;
    const done = rest.find((argument) => typeof argument === 'function');
    if (done !== undefined) process.nextTick(done as () => void);
    return true;
  };
  return () => {
    stream.write = write;
    for (const text of held) stream.write(text);
  };
}
