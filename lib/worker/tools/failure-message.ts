import { plainLines } from '../../text/plain-lines.ts';
import type { SecretMask } from '../context/secret-mask.ts';
import { tailMessage } from '../context/tail-message.ts';
import { describeEnd, type ToolRun } from './run-tool.ts';

const LAST_LINES = 15;
/** As `job-result.ts` allows. */
const LONGEST_MESSAGE = 2000;

/** What a person reads about a failed tool: how it ended, and what it said last. */
export function toolFailureMessage(tool: string, run: ToolRun, lines: readonly string[]): string {
  const end = `${tool} ${describeEnd(run.end)}`;
  const said = tailMessage(lines, LAST_LINES, LONGEST_MESSAGE - end.length - 2);
  return said === '' ? end : `${end}: ${said}`;
}

/** What a person reads about a failure of the worker itself. */
export function errorMessage(error: unknown, secrets: SecretMask): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = plainLines(secrets.mask(text));
  return tailMessage(lines, LAST_LINES, LONGEST_MESSAGE);
}
