import * as z from 'zod';

/** The events that a receiver may choose, by their names in PATCHWRIGHT_WEBHOOK_EVENTS. */
export const EventName = z.enum([
  'run-ended',
  'patched',
  'rejected',
  'failed',
  'target-missed',
  'no-builder',
  'database-old',
]);
export type EventName = z.infer<typeof EventName>;

/** The `type` of each event in CloudEvents. Public and stable: receivers filter by these words. */
export const EVENT_TYPES = {
  'run-ended': 'io.patchwright.run.ended',
  patched: 'io.patchwright.image.patched',
  rejected: 'io.patchwright.image.rejected',
  failed: 'io.patchwright.image.failed',
  'target-missed': 'io.patchwright.image.target-missed',
  'no-builder': 'io.patchwright.run.no-builder',
  'database-old': 'io.patchwright.run.database-old',
} as const satisfies Record<EventName, string>;

/** Says how many events of a run were left out. Sent if any was, whatever the receiver chose. */
export const LEFT_OUT_TYPE = 'io.patchwright.run.events-left-out';

/** The event of `patchwright webhook test`. */
export const TEST_TYPE = 'io.patchwright.webhook.test';
