import type { Clock } from '../../lib/clock.ts';
import type { Log, LogFields } from '../../lib/log.ts';
import { plainLines } from '../../lib/text/plain-lines.ts';
import type { SecretMask } from './secret-mask.ts';
import { tailMessage } from './tail-message.ts';

const LONGEST_FIELD = 2000;

/** Logs one JSON object per line. Text fields are masked, printable and truncated. */
export function createJsonLog(options: {
  readonly clock: Clock;
  readonly secrets: SecretMask;
  readonly write: (line: string) => void;
}): Log {
  function log(level: string, message: string, fields: LogFields = {}): void {
    const shown = Object.entries(fields).map(([name, value]) => [name, presentable(value)]);
    const line = {
      ...Object.fromEntries(shown),
      time: options.clock.now().toISOString(),
      level,
      message,
    };
    options.write(`${JSON.stringify(line)}\n`);
  }

  function presentable(value: LogFields[string]): LogFields[string] {
    if (typeof value !== 'string') return value;
    const lines = plainLines(options.secrets.mask(value));
    return tailMessage(lines, lines.length, LONGEST_FIELD);
  }

  return {
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
  };
}
