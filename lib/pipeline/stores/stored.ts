/**
 * A record as it was read or written, and its version. Each write names the version that it changes,
 * and returns the record as it is then; undefined if somebody else changed the record first.
 */
export type Stored<Record> = Record & { readonly version: string };

/** Gets each row that does not fit its schema, instead of an error that ends the listing. */
export type PassOver = (error: Error) => void;
