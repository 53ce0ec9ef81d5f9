/**
 * The errors a person can do something about. `exitCode` is what the command line ends with.
 * The message says what is wrong; `where` names file, row, column; `fix` says what to do.
 */
export class DistiltuneError extends Error {
  readonly exitCode: number;
  readonly where: string | undefined;
  readonly fix: string | undefined;

  constructor(message: string, details: { exitCode?: number; where?: string; fix?: string; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.exitCode = details.exitCode ?? 1;
    this.where = details.where;
    this.fix = details.fix;
  }
}

/** Wrong usage or configuration: exit code 2. */
export class UsageError extends DistiltuneError {
  constructor(message: string, details: { where?: string; fix?: string; cause?: unknown } = {}) {
    super(message, { ...details, exitCode: 2 });
  }
}

/** Data that cannot be used: exit code 3. */
export class DataError extends DistiltuneError {
  constructor(message: string, details: { where?: string; fix?: string; cause?: unknown } = {}) {
    super(message, { ...details, exitCode: 3 });
  }
}

/** The loss or a gradient became NaN or infinite: exit code 4. */
export class DivergedError extends DistiltuneError {
  constructor(message: string, details: { where?: string; fix?: string; cause?: unknown } = {}) {
    super(message, { ...details, exitCode: 4 });
  }
}
