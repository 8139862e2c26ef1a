import * as z from 'zod';
import { ArchiveView } from '../history/archived-runs.ts';
import type { FieldFault } from '../history/filters.ts';
import { sha256Hex } from '../image/digest.ts';

/** An answer of the HTTP interface. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What went wrong: RFC 9457, `application/problem+json`. */
export const Problem = z
  .object({
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    /** The wrong parts of the request, each by its name. */
    errors: z.array(z.object({ field: z.string(), fault: z.string() })).optional(),
    /** The names nearest to one that does not exist, or those that begin as the given one. */
    nearest: z.array(z.string()).optional(),
    /** Where the rows of a run are that is not in the tables any more. */
    archive: ArchiveView.optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;

const PRIVATE = { 'cache-control': 'private, no-cache' };

const TITLES: Readonly<Record<number, string>> = {
  400: 'the request is wrong',
  401: 'sign in',
  403: 'not allowed',
  404: 'not found',
  409: 'the state does not allow it',
  413: 'too large',
  415: 'the body is not JSON',
  422: 'the key belongs to another request',
  503: 'the app can’t answer now',
};

/** `detail` says what is wrong and what to do. */
export function problem(
  status: number,
  detail: string,
  more: Pick<Problem, 'errors' | 'nearest' | 'archive'> & {
    readonly retryAfterSeconds?: number;
  } = {},
): Answer {
  const { retryAfterSeconds, ...members } = more;
  const title = TITLES[status] ?? 'failed';
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    },
    body: JSON.stringify({ title, status, detail, ...members } satisfies Problem),
  };
}

/** 400 for wrong fields. The detail has one a line, for people. */
export function wrongFields(errors: readonly FieldFault[]): Answer {
  const detail = errors.map(({ field, fault }) => `${field}: ${fault}`).join('\n');
  return problem(400, detail, { errors: [...errors] });
}

export function json(value: unknown, status = 200): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  };
}

/** 200 with an ETag, or 304 if the client has this content already. */
export function tagged(value: unknown, ifNoneMatch: string | undefined): Answer {
  const body = JSON.stringify(value);
  const etag = `"${sha256Hex(body).slice(0, 32)}"`;
  const headers = { ...PRIVATE, etag };
  if (isKnown(etag, ifNoneMatch)) return { status: 304, headers };
  return { status: 200, headers: { ...headers, 'content-type': 'application/json' }, body };
}

/** `If-None-Match` compares weakly: RFC 9110, 13.1.2. */
function isKnown(etag: string, given: string | undefined): boolean {
  const known = (given ?? '')
    .slice(0, 4096)
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}
