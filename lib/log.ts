/** Fields of a log line. Never pass a value that could be a credential. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Port: structured logging. The message is static; variable parts are fields. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
