import type { Log } from '../../../lib/log.ts';
import type { Services } from '../../../lib/pipeline/services.ts';
import { tableStores } from '../../../lib/pipeline/stores/tables/table-stores.ts';
import type { Task } from '../task.ts';
import { countedGate } from './counted-gate.ts';
import type { Gate } from './gate.ts';
import { gatedBlobs } from './gated-blobs.ts';
import { gatedGroups } from './gated-groups.ts';
import { gatedPullTokens } from './gated-pull-tokens.ts';
import { gatedQueues } from './gated-queues.ts';
import { gatedRegistry } from './gated-registry.ts';
import { gatedTables } from './gated-tables.ts';
import { gatedWebhook } from './gated-webhook.ts';

/** The services of one invocation. Every call of a port waits until the scheduler runs it. */
export function gatedServices(given: Gate, task: Task): Services {
  const gate = countedGate(given);
  return {
    clock: { now: () => gate.now(task) },
    log: logOf(gate),
    registry: gatedRegistry(gate, task),
    pullTokens: gatedPullTokens(gate, task),
    groups: gatedGroups(gate, task),
    queues: gatedQueues(gate, task),
    blobs: gatedBlobs(gate, task),
    storageUse: task.instance.storageUse,
    webhook: gatedWebhook(gate, task),
    // The reports of these worlds are small, and a turn would outlive a crash.
    largeReports: (work) => work(),
    largeUploads: (work) => work(),
    ...tableStores(gatedTables(gate, task)),
    options: gate.options,
  };
}

function logOf({ observer }: Gate): Log {
  const line = (level: string) => (message: string, fields?: object) =>
    observer.text('log', `${level} ${message} ${JSON.stringify(fields ?? {})}`);
  return { info: line('info'), warn: line('warn'), error: line('error') };
}
