import { RunMessage } from '../../lib/pipeline/messages.ts';
import type { RunId } from '../../lib/pipeline/records/run-id.ts';
import { QUEUES } from '../../lib/storage/queues.ts';
import type { PendingCall } from './task.ts';
import type { World } from './world.ts';

/** Long after the end of the canceled run, and before the last look at it. */
const LATE_SECONDS = 40 * 60;

/**
 * Lets the first insertion of targets take effect late, without an answer. Returns the run to cancel
 * meanwhile, or undefined if the call is another one.
 */
export function meetLateInsert(world: World, pending: PendingCall): RunId | undefined {
  const { task, call, reject } = pending;
  const { scenario, coverage } = world;
  if (scenario.insertsLate !== true || coverage.faults.has('late-insert')) return undefined;
  if (call.method !== 'insertMissing' || task.message?.queue !== QUEUES.runs) return undefined;
  coverage.fault('late-insert');
  task.faults += 1;
  world.note(() => `${task.instance.name}#${task.id} ${call.method} ${call.label}  ← late-insert`);
  world.later(LATE_SECONDS, `late ${call.method} ${call.label}`, async () => {
    await call.perform();
  });
  const outcome = call.failed('unavailable');
  reject('error' in outcome ? outcome.error : new Error('the answer is lost'));
  return RunMessage.parse(task.message.body).runId;
}
