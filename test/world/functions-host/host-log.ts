export type LogLevel =
  | 'trace'
  | 'debug'
  | 'information'
  | 'warning'
  | 'error'
  | 'critical'
  | 'none';

/** One line of the log: of the app's own (`user`, `console`), or of what runs it. */
export interface HostLog {
  readonly at: string;
  readonly level: LogLevel;
  readonly category: 'user' | 'system' | 'console' | 'host';
  readonly functionName?: string;
  readonly invocationId?: string;
  readonly message: string;
}

export type LogListener = (log: HostLog) => void;

/** A line that the host itself writes. */
export function hostLog(
  level: LogLevel,
  message: string,
  about: { readonly functionName?: string; readonly invocationId?: string } = {},
): HostLog {
  return { at: new Date().toISOString(), level, category: 'host', message, ...about };
}
