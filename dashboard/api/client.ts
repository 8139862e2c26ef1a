/** Why the app did not answer a request. */
export interface Fault {
  /** `key`: the app does not know who asks. `absent`: there is no such thing. */
  readonly kind: 'key' | 'absent' | 'failed';
  /** What failed and what to do, for people. */
  readonly text: string;
  readonly nearest: readonly string[];
}

export type Answered<Value> =
  | { readonly ok: true; readonly value: Value; readonly changed: boolean }
  | { readonly ok: false; readonly fault: Fault };

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

interface Kept {
  readonly etag: string;
  readonly value: unknown;
}

/** The longest wait for an answer, in milliseconds. */
const LIMIT_MS = 60_000;

/**
 * Asks the app that serves this page. The key stays in this object: nothing stores it. Answers are
 * kept with their ETag, so that an unchanged one is not sent again.
 */
export class ApiClient {
  readonly #fetch: Fetch;
  readonly #key: string | undefined;
  readonly #kept = new Map<string, Kept>();

  /** Without a key, the browser's cookie says who asks. */
  constructor(fetch: Fetch, key: string | undefined) {
    this.#fetch = fetch;
    this.#key = key;
  }

  /** An aborted request is answered as one that failed. */
  async get<Value>(path: string, signal?: AbortSignal): Promise<Answered<Value>> {
    const kept = this.#kept.get(path);
    const headers = kept === undefined ? {} : { 'if-none-match': kept.etag };
    const answer = await this.#ask<Value>(path, { method: 'GET', headers }, signal);
    if (answer instanceof Response) {
      const value = await jsonOf(answer);
      if (!isAnswer<Value>(value)) return failed('The app sent an answer that is not JSON.');
      const etag = answer.headers.get('etag');
      if (etag !== null) this.#kept.set(path, { etag, value });
      return { ok: true, value, changed: true };
    }
    return answer;
  }

  /** `idempotencyKey` makes a repeated request act once. */
  async post<Value>(path: string, body: object, idempotencyKey?: string): Promise<Answered<Value>> {
    const answer = await this.#ask<Value>(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        // A page of another site can't send it.
        'x-patchwright-request': 'dashboard',
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      body: JSON.stringify(body),
    });
    if (!(answer instanceof Response)) return answer;
    const value = await jsonOf(answer);
    if (!isAnswer<Value>(value)) return failed('The app sent an answer that is not JSON.');
    return { ok: true, value, changed: true };
  }

  /** Returns the response if it has new content. */
  async #ask<Value>(
    path: string,
    init: { method: string; headers: Record<string, string>; body?: string },
    signal?: AbortSignal,
  ): Promise<Response | Answered<Value>> {
    let response: Response;
    try {
      response = await this.#fetch(path, {
        ...init,
        headers: {
          ...init.headers,
          ...(this.#key !== undefined && { 'x-functions-key': this.#key }),
        },
        signal: AbortSignal.any([AbortSignal.timeout(LIMIT_MS), ...(signal ? [signal] : [])]),
      });
    } catch {
      return failed('The app does not answer. Check the network and whether the app runs.');
    }
    if (response.status === 304) return this.#known(path);
    return response.ok
      ? response
      : { ok: false, fault: await faultOf(response, this.#key !== undefined) };
  }

  #known<Value>(path: string): Answered<Value> {
    const value = this.#kept.get(path)?.value;
    if (!isAnswer<Value>(value)) return failed('The app sent no content.');
    return { ok: true, value, changed: false };
  }
}

/** The app makes each path's answers with the schema of `Value`, and page and app are one build. */
function isAnswer<Value>(value: unknown): value is Value {
  return value !== undefined;
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

function failed(text: string): { readonly ok: false; readonly fault: Fault } {
  return { ok: false, fault: { kind: 'failed', text, nearest: [] } };
}

async function faultOf(response: Response, byKey: boolean): Promise<Fault> {
  // With an account, 403 is about its role, and the answer says so.
  if (response.status === 401 || (byKey && response.status === 403)) {
    const text = byKey
      ? 'The app refuses this key. It is wrong, or it was renewed or revoked.'
      : 'You are not signed in any more.';
    return { kind: 'key', text, nearest: [] };
  }
  const problem: unknown = await jsonOf(response);
  const kind = response.status === 404 ? 'absent' : 'failed';
  const text = textIn(problem) ?? `The app answered with status ${response.status}.`;
  return { kind, text, nearest: nearestIn(problem) };
}

function textIn(problem: unknown): string | undefined {
  if (typeof problem !== 'object' || problem === null || !('detail' in problem)) return undefined;
  return typeof problem.detail === 'string' ? problem.detail : undefined;
}

function nearestIn(problem: unknown): readonly string[] {
  if (typeof problem !== 'object' || problem === null || !('nearest' in problem)) return [];
  const { nearest } = problem;
  return Array.isArray(nearest) ? nearest.filter((one) => typeof one === 'string') : [];
}
