import { plainLines } from '../../lib/text/plain-lines.ts';
import type { SecretMask } from '../context/secret-mask.ts';
import { tailMessage } from '../context/tail-message.ts';
import { describeEnd, type ToolRun } from './run-tool.ts';

const LAST_LINES = 15;
/** Fits a target's `detail`, so that the app cuts nothing off. */
const LONGEST_MESSAGE = 1000;

/** Describes a failed tool for people: how it ended, and its last lines. */
export function toolFailureMessage(tool: string, run: ToolRun, lines: readonly string[]): string {
  const end = `${tool} ${describeEnd(run.end)}`;
  const said = tailMessage(lines, LAST_LINES, LONGEST_MESSAGE - end.length - 2);
  return said === '' ? end : `${end}: ${said}`;
}

/** Describes a failure of the worker itself for people. */
export function errorMessage(error: unknown, secrets: SecretMask): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = plainLines(secrets.mask(text));
  return tailMessage(lines, LAST_LINES, LONGEST_MESSAGE);
}
