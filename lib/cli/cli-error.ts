import { ExitCode } from './exit-code.ts';

/** A wrong command line. The message is one line. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** A command that can't run: what failed, where, and what to do. */
export class CliError extends Error {
  readonly where: string;
  readonly whatToDo: string;
  readonly exitCode: ExitCode;

  constructor(
    what: string,
    options: {
      readonly where: string;
      readonly whatToDo: string;
      readonly exitCode?: ExitCode;
    },
  ) {
    super(what);
    this.name = 'CliError';
    this.where = options.where;
    this.whatToDo = options.whatToDo;
    this.exitCode = options.exitCode ?? ExitCode.couldNotRun;
  }
}
