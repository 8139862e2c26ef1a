export type Crash = 'crash-before' | 'crash-after';
/** The writes of a run before or after which an instance crashes. */
export type CrashPoints = ReadonlyMap<number, Crash>;

/** Formats crash points for `--crash`: `before 17,after 18`. */
export function formatCrashes(crashes: CrashPoints): string {
  return [...crashes].map(([write, crash]) => `${crash.slice('crash-'.length)} ${write}`).join(',');
}

/** Parses the text of `--crash`. Returns undefined if it is invalid. */
export function parseCrashes(text: string): CrashPoints | undefined {
  const crashes = new Map<number, Crash>();
  for (const part of text.split(',')) {
    const [, side, write] = /^ *(before|after) +(\d+) *$/.exec(part) ?? [];
    if (write === undefined) return undefined;
    crashes.set(Number(write), side === 'before' ? 'crash-before' : 'crash-after');
  }
  return crashes;
}
