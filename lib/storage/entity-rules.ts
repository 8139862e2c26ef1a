import { truncate } from '../text/truncate.ts';
import { StorageError } from './storage-error.ts';
import type { Column, Entity, TableName } from './tables.ts';

/**
 * Limits of Table Storage, narrowed where the service, its emulator and its SDK disagree. They are
 * checked before sending, so that every adapter refuses the same rows with the same message. Source:
 * "Understanding the Table service data model" (REST reference).
 */
const MAX_KEY_LENGTH = 512;
const MAX_COLUMNS = 252;
const MAX_STRING_LENGTH = 32 * 1024;
const MAX_ENTITY_BYTES = 1024 * 1024;
const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

/**
 * The service forbids control characters, `/`, `\`, `#` and `?`. We also exclude `%` (some clients
 * decode it twice), quotes (OData), braces (the SDK mistakes them for an error body in the response to
 * a transaction), white space and everything beyond ASCII (its sort order differs).
 */
const KEY = /^[A-Za-z0-9\-._~:@!$()*,;=+|]+$/;

/**
 * camelCase, stricter than the service. The SDK uses the names below itself, and the emulator loses
 * columns named like a member of every JavaScript object.
 */
const COLUMN_NAME = /^[a-z][A-Za-z0-9]{0,254}$/;
const RESERVED_NAMES: ReadonlySet<string> = new Set(['timestamp', 'etag']);

/** A weak ETag, never `*`, which would make the write unconditional. */
const ETAG = /^W\/"[^"*]+"$/;

const LONE_SURROGATE = /\p{Surrogate}/u;
const EARLIEST_DATE = Date.UTC(1601, 0, 1);
const LATEST_DATE = Date.UTC(9999, 11, 31);

export function isInt32(value: number): boolean {
  return Number.isInteger(value) && value >= INT32_MIN && value <= INT32_MAX;
}

/** Throws `invalid` unless both keys are valid. */
export function checkKeys(table: TableName, partitionKey: string, rowKey: string): void {
  checkKey(table, 'partition key', partitionKey);
  checkKey(table, 'row key', rowKey);
}

export function checkKey(table: TableName, which: string, key: string): void {
  if (key.length > MAX_KEY_LENGTH || !KEY.test(key)) {
    throw new StorageError(
      'invalid',
      `${table}: ${which} ${quoted(key)} must be 1 to ${MAX_KEY_LENGTH} of A-Z a-z 0-9 - . _ ~ : @ ! $ ( ) * , ; = + |`,
    );
  }
}

/** Throws `invalid` unless these are valid rows for one transaction. */
export function checkTogether(table: TableName, entities: readonly Entity[]): void {
  for (const entity of entities) checkEntity(table, entity);
  const partitions = new Set(entities.map(({ partitionKey }) => partitionKey));
  const rows = new Set(entities.map(({ rowKey }) => rowKey));
  if (partitions.size > 1 || rows.size < entities.length || rows.size > 100) {
    throw new StorageError(
      'invalid',
      `${table}: a transaction takes at most 100 different rows of one partition`,
    );
  }
}

/** Throws `invalid` unless this is an ETag in the form of Table Storage. */
export function checkEtag(table: TableName, etag: string): void {
  if (!ETAG.test(etag)) {
    throw new StorageError('invalid', `${table}: ${quoted(etag)} is not an ETag of a row`);
  }
}

/**
 * Throws `invalid` if the entity breaks a rule. Returns its size in bytes, the larger of sent and
 * stored.
 */
export function checkEntity(table: TableName, entity: Entity): number {
  const { partitionKey, rowKey, ...columns } = entity;
  checkKeys(table, partitionKey, rowKey);
  const where = `${table} (${partitionKey}, ${rowKey})`;
  const names = Object.keys(columns);
  if (names.length > MAX_COLUMNS) {
    throw new StorageError('invalid', `${where}: more than ${MAX_COLUMNS} columns`);
  }
  for (const name of names) checkColumn(where, name, columns[name]);
  const bytes = Math.max(sentBytes(entity), storedBytes(entity));
  if (bytes > MAX_ENTITY_BYTES) {
    throw new StorageError('invalid', `${where}: ${bytes} bytes, more than ${MAX_ENTITY_BYTES}`);
  }
  return bytes;
}

function checkColumn(where: string, name: string, value: Column | undefined): void {
  const taken = RESERVED_NAMES.has(name.toLowerCase()) || name in Object.prototype;
  if (taken || !COLUMN_NAME.test(name)) {
    throw new StorageError('invalid', `${where}: ${quoted(name)} is not a valid column name`);
  }
  const fault = faultOf(value);
  if (fault !== undefined) {
    throw new StorageError('invalid', `${where}: column ${name} ${fault}`);
  }
}

function faultOf(value: unknown): string | undefined {
  if (typeof value === 'boolean') return undefined;
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : 'is not a finite number';
  }
  if (typeof value === 'string') {
    if (value.length > MAX_STRING_LENGTH) return `is longer than ${MAX_STRING_LENGTH} characters`;
    return LONE_SURROGATE.test(value) ? 'is not well-formed Unicode' : undefined;
  }
  if (value instanceof Date) {
    const time = value.getTime();
    return time >= EARLIEST_DATE && time < LATEST_DATE
      ? undefined
      : 'is not a date between the years 1601 and 9999';
  }
  return 'is neither a string, a number, a boolean nor a date';
}

/** The size as JSON in UTF-8, with a type annotation of at most 40 bytes for each column. */
function sentBytes(entity: Entity): number {
  let bytes = Buffer.byteLength(JSON.stringify(entity));
  for (const name of Object.keys(entity)) bytes += name.length + 40;
  return bytes;
}

/** The size as the service counts it: names and strings in UTF-16, and 8 bytes for each value. */
function storedBytes(entity: Entity): number {
  let bytes = 4;
  for (const [name, value] of Object.entries(entity)) {
    bytes += 8 + 2 * name.length + (typeof value === 'string' ? 4 + 2 * value.length : 8);
  }
  return bytes;
}

/** Shortens and escapes a key, because untrusted keys may reach a terminal. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${truncate(text, 80)}…` : text);
}
