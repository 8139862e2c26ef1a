/**
 * The result of a parser: the value, or the fault of its input. Bad input is expected, so it is a
 * value and not an exception.
 */
export type Result<Value, Fault = string> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fault: Fault };
