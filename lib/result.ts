/**
 * What a parser returns: the value, or what is wrong with its input. Bad input is expected; an exception
 * is for the unexpected.
 */
export type Result<Value, Fault = string> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fault: Fault };
