import { readFile } from 'node:fs/promises';
import { pid } from 'node:process';
import { expect, it } from 'vitest';
import { exceedsMemory } from '../../../../worker/tools/memory-limit.ts';

const MOST = Number.MAX_SAFE_INTEGER;
/** A process id that Linux never gives: its greatest is 2^22. */
const NOBODY = 2 ** 22 + 1;

/** Watches a process until it exceeds the limit, or until the watch has slept `looks` times. */
async function watch(options: { readonly pid: number; readonly maxBytes: number; looks?: number }) {
  const over = new AbortController();
  let slept = 0;
  const sleep = async () => {
    slept += 1;
    if (slept === (options.looks ?? 3)) over.abort();
  };
  const { pid: watched, maxBytes } = options;
  const exceeded = exceedsMemory({ sleep }, watched, { maxBytes, over: over.signal });
  const isExceeded = await Promise.race([exceeded.then(() => true), ended(over.signal)]);
  return { isExceeded, slept };
}

/** False once the watch is over, or could have read many files without an answer. */
async function ended(over: AbortSignal): Promise<false> {
  for (let read = 0; read < 100 && !over.aborted; read += 1) await readFile('/proc/self/status');
  return false;
}

it('resolves for a process that holds more memory than the limit', async () => {
  expect(await watch({ pid, maxBytes: 1 })).toEqual({ isExceeded: true, slept: 0 });
});

it('looks again and again at a process below the limit, until the watch is over', async () => {
  expect(await watch({ pid, maxBytes: MOST })).toEqual({ isExceeded: false, slept: 3 });
});

it('stops looking at a process that has ended', async () => {
  expect(await watch({ pid: NOBODY, maxBytes: 1 })).toEqual({ isExceeded: false, slept: 0 });
});
