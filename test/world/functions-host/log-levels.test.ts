import { expect, it } from 'vitest';
import { hostLog } from './host-log.ts';
import { isKept, type LogLevels } from './log-levels.ts';

const LEVELS: LogLevels = {
  default: 'warning',
  Function: 'information',
  'Function.quiet': 'error',
  'Host.Function.Console': 'information',
};

it.each([
  ['user', 'work', 'information', true],
  ['user', 'work', 'debug', false],
  ['user', 'quiet', 'warning', false],
  ['console', undefined, 'information', true],
  ['host', undefined, 'information', false],
  ['host', undefined, 'warning', true],
  ['host', 'work', 'information', true],
] as const)('a line of %s (%s) at %s is kept: %s', (category, functionName, level, kept) => {
  const log = { ...hostLog(level, 'text'), category, ...(functionName && { functionName }) };

  expect(isKept(log, LEVELS)).toBe(kept);
});
