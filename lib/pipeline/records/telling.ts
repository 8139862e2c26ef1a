import * as z from 'zod';
import { RunId } from './run-id.ts';

/** Which events of a run its receiver knows. */
export const Telling = z.object({
  runId: RunId,
  /** Keys of the events that the receiver accepted. */
  told: z.array(z.string()).readonly(),
  /** Keys of the events that were given up. */
  givenUp: z.array(z.string()).readonly(),
  /** Keys of the events that the receiver refused. The one that it refused last is the last. */
  refused: z.array(z.string()).readonly(),
  /** Rounds in a row that repeated refused events in vain. */
  refusals: z.number().int().nonnegative(),
  /** No refused event is repeated before this time. The others do not wait for it. */
  refusedUntil: z.date().optional(),
  /** Rounds in a row that ended because the receiver could not be used, and told nothing. */
  failures: z.number().int().nonnegative(),
  /** No round begins before this time. */
  nextAt: z.date(),
  leaseUntil: z.date().optional(),
  /** Why the last round did not tell everything, for people. */
  detail: z.string().optional(),
});
export type Telling = z.infer<typeof Telling>;
