import type { LongPart } from './parts.ts';

export interface LongResult {
  readonly part: LongPart;
  /** Undefined if the part does not exist yet. */
  readonly passed: boolean | undefined;
  readonly seconds: number;
}

/** Returns a line for each part and a last line with the sum. */
export function longLines(results: readonly LongResult[]): readonly string[] {
  const lines = results.map(({ part, passed, seconds }) => {
    if ('notYet' in part) return `${part.name}: not there yet: ${part.notYet}`;
    return `${part.name}: ${passed ? 'passed' : 'FAILED'} in ${seconds} s (${part.what})`;
  });
  const count = (wanted: boolean | undefined) =>
    results.filter(({ passed }) => passed === wanted).length;
  return [
    ...lines,
    `${count(true)} passed, ${count(false)} failed, ${count(undefined)} not there yet`,
  ];
}
