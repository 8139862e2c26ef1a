import { RegistryError } from '../registry/registry.ts';
import type { Sleep } from '../sleep.ts';
import type { Unread } from './lineage.ts';
import { unreadLate, unreadOf } from './unread.ts';

export type Asked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly unread: Unread };

/** Asks the registry one thing. A failure of the registry is a value. */
export type Ask = <Value>(question: () => Promise<Value>) => Promise<Asked<Value>>;

/**
 * Lets `use` ask questions that together take no longer than this. After that, no question is sent, and
 * one without an answer counts as failed; its request ends by its own limit.
 */
export async function withinTime<Result>(
  sleep: Sleep,
  milliseconds: number,
  use: (ask: Ask) => Promise<Result>,
): Promise<Result> {
  const done = new AbortController();
  const late = { ok: false, unread: unreadLate(milliseconds) } as const;
  let isLate = false;
  const end = sleep(milliseconds, done.signal).then(() => {
    isLate = true;
    return late;
  });
  const ask: Ask = async (question) => (isLate ? late : Promise.race([end, answerTo(question)]));
  try {
    return await use(ask);
  } finally {
    done.abort();
  }
}

async function answerTo<Value>(question: () => Promise<Value>): Promise<Asked<Value>> {
  try {
    return { ok: true, value: await question() };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return { ok: false, unread: unreadOf(error) };
  }
}
