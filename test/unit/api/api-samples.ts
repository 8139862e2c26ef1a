import * as z from 'zod';
import type { Answer } from '../../../lib/api/answer.ts';
import type { Read, ReadServices } from '../../../lib/api/reads.ts';
import { NOW, threeNights } from '../history/history-samples.ts';

/** Asks a GET route about three nights. The clock goes on only while the route sleeps. */
export async function readApi() {
  const samples = await threeNights();
  let now = NOW.getTime();
  const slept: number[] = [];
  const services: ReadServices = {
    history: samples.history,
    clock: { now: () => new Date(now) },
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
  const ask = async (
    read: Read,
    request: {
      readonly query?: Readonly<Record<string, string>>;
      readonly name?: string;
      readonly ifNoneMatch?: string;
    } = {},
  ) => {
    const { query = {}, name = '', ifNoneMatch } = request;
    return parsed(await read({ query, name, ifNoneMatch }, services));
  };
  return { ...samples, ask, slept };
}

export function parsed(answer: Answer) {
  const { status, headers, body } = answer;
  const json =
    body === undefined ? {} : z.record(z.string(), z.unknown()).parse(JSON.parse(String(body)));
  return { status, headers, body: json };
}
