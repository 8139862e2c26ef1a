/** How the program ends. Public and stable: scripts decide by them (docs/cli.md). */
export const ExitCode = {
  ok: 0,
  /** The command ran, and what it looked at is not well. */
  checkFailed: 1,
  usage: 2,
  couldNotRun: 3,
  /** 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
