import * as z from 'zod';
import { findRun } from '../history/find-run.ts';
import type { History } from '../history/history.ts';
import { cancelRun } from '../pipeline/cancellation.ts';
import { RunId } from '../pipeline/records/run-id.ts';
import type { Services } from '../pipeline/services.ts';
import { type Answer, json, problem, wrongFields } from './answer.ts';
import { notFound } from './reads.ts';

export const Canceled = z.object({ runId: z.string() }).meta({ id: 'Canceled' });

/** Asks a run to end. Patches whose publishing has started are finished first. */
export async function postCancel(
  name: string,
  by: string,
  services: Services & { readonly history: History },
): Promise<Answer> {
  const runId = RunId.safeParse(name);
  if (!runId.success) {
    return wrongFields([{ field: 'runId', fault: 'must look like 20261123T020000Z-7f3a' }]);
  }
  if (await cancelRun(services, runId.data, by)) return json({ runId: runId.data }, 202);
  const found = await findRun(services.history, runId.data);
  if (found.found === 'one') return problem(409, `the run has ended: it is ${found.item.state}`);
  return notFound('run', runId.data, found);
}
