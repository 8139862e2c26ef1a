/** Exit statuses. Public and stable, because scripts use them (docs/cli.md). */
export const ExitCode = {
  ok: 0,
  /** The command ran, and a check failed, or the run ended with failures. */
  checkFailed: 1,
  usage: 2,
  couldNotRun: 3,
  /** There is no such run, image or message, or the name fits several. */
  notFound: 4,
  /** 128 + SIGINT, as in shells. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
