import type { Log, LogFields } from '../lib/log.ts';

/**
 * The log outside of an invocation. The Functions host reads standard error and treats a line as a
 * warning or an error if it contains "warn" or "error", and otherwise as information.
 */
export const startLog: Log = {
  info: (message, fields) => console.info(line('info', message, fields)),
  warn: (message, fields) => console.warn(line('warning', message, fields)),
  error: (message, fields) => console.error(line('error', message, fields)),
};

function line(level: string, message: string, fields: LogFields = {}): string {
  return `${level}: ${message} ${JSON.stringify(fields)}`;
}
