/** The command line is wrong: one line, naming what is wrong. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** The command can't run: what, where, and what to do about it. */
export class CliError extends Error {
  readonly where: string;
  readonly whatToDo: string;

  constructor(what: string, options: { readonly where: string; readonly whatToDo: string }) {
    super(what);
    this.name = 'CliError';
    this.where = options.where;
    this.whatToDo = options.whatToDo;
  }
}
