/** Fields of a log line. Nothing that could be a credential is ever one. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Port: structured logging, a static message and fields. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
