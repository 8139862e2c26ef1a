/** What a parser returns: the value, or what is wrong with the input. A parser never throws. */
export type Parsed<Value, Fault = string> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fault: Fault };
