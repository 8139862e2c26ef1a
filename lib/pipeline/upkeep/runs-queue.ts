import * as z from 'zod';
import { QUEUES } from '../../storage/queues.ts';
import { RunMessage, TellMessage } from '../messages.ts';
import { tickRun } from '../run/tick-run.ts';
import type { Services } from '../services.ts';
import { tellRun } from '../tell/tell-run.ts';
import { reap } from './reap.ts';

/** A hint that the reaper was due at this time and has not started. */
const ReapMessage = z.strictObject({
  reapDue: z.iso.datetime().transform((time) => new Date(time)),
});

const RunsMessage = z.union([RunMessage, ReapMessage, TellMessage]);

/**
 * Does the work of one message in the queue of runs: a tick, the reaper's work, or telling a receiver.
 */
export async function handleRunsMessage(services: Services, body: unknown): Promise<void> {
  const message = RunsMessage.parse(body);
  if ('reapDue' in message) await reapOverdue(services, message.reapDue);
  else if ('tell' in message) await tellRun(services, message.tell);
  else await tickRun(services, message);
}

/** The reaper's work needs an invocation of its own: it may take minutes, and its caller has no time. */
export async function sendOverdueReap({ queues }: Services, due: Date): Promise<void> {
  await queues.send(QUEUES.runs, { reapDue: due.toISOString() }, { delaySeconds: 0 });
}

/**
 * Several instances may send the same hint: the first one counts, and one from the future never. After a
 * failure the retried message finds the start and does nothing: the next occurrence does the work.
 */
async function reapOverdue(services: Services, due: Date): Promise<void> {
  const now = services.clock.now();
  if (due > now || !(await services.timers.startReaper({ since: due, now }))) return;
  services.log.warn('timer missed', { timer: 'reaper', due: due.toISOString() });
  await reap(services);
}
