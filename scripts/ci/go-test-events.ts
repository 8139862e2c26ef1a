import * as z from 'zod';

/** One line of `go test -json`: `go doc test2json`. */
const GoTestEvent = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  Test: z.string().optional(),
  Output: z.string().optional(),
});
export type GoTestEvent = z.infer<typeof GoTestEvent>;

/** Returns undefined if the line is not an event, for example a message of the compiler. */
export function parseGoTestEvent(line: string): GoTestEvent | undefined {
  try {
    return GoTestEvent.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

export interface GoTestCounts {
  /** Counts top-level tests, not the tests inside them. A skipped test counts in neither number. */
  readonly passed: number;
  readonly failed: number;
  /** Returns the lines to show: the output of failed tests, and why a test was skipped. */
  readonly lines: readonly string[];
}

export function goTestCounts(events: readonly GoTestEvent[]): GoTestCounts {
  const count = (action: string) =>
    events.filter(
      ({ Action, Test }) => Action === action && Test !== undefined && !Test.includes('/'),
    ).length;
  const outcome = (action: string) =>
    new Set(events.filter((event) => event.Action === action).map(nameOf));
  const shown = new Set([...outcome('fail'), ...outcome('skip')]);
  const lines = events
    .filter((event) => event.Action.endsWith('output') && shown.has(nameOf(event)))
    .map(({ Output = '' }) => Output.replace(/\n$/, ''))
    .filter((line) => !/^=== (RUN|PAUSE|CONT|NAME)|no test files/.test(line));
  return { passed: count('pass'), failed: count('fail'), lines };
}

function nameOf({ Package, Test }: GoTestEvent): string {
  return `${Package} ${Test}`;
}
