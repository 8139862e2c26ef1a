/**
 * A record and its version. Each write expects this version and returns the new record, or
 * undefined if another writer changed the record first.
 */
export type Stored<Record> = Record & { readonly version: string };

/** Receives an error for each row that does not match its schema, so that the listing continues. */
export type PassOver = (error: Error) => void;
