export type Crash = 'crash-before' | 'crash-after';
/** At which writes of a run an instance dies: the number of the write, and on which side of it. */
export type CrashPoints = ReadonlyMap<number, Crash>;

/** As `--crash` takes them: `before 17,after 18`. */
export function formatCrashes(crashes: CrashPoints): string {
  return [...crashes].map(([write, crash]) => `${crash.slice('crash-'.length)} ${write}`).join(',');
}

/** Undefined where the text is none. */
export function parseCrashes(text: string): CrashPoints | undefined {
  const crashes = new Map<number, Crash>();
  for (const part of text.split(',')) {
    const [, side, write] = /^ *(before|after) +(\d+) *$/.exec(part) ?? [];
    if (write === undefined) return undefined;
    crashes.set(Number(write), side === 'before' ? 'crash-before' : 'crash-after');
  }
  return crashes;
}
