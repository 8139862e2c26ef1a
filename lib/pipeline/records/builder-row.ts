import { z } from 'zod';

export const BUILDER_PARTITION = 'builder';

/**
 * In PatchwrightJobs: that privileged Confidential groups of a region have shown that BuildKit can work
 * in them. `patchwright doctor --probe` writes it where it saw so, and takes it away where it did not.
 */
export const BuilderRow = z.object({
  partitionKey: z.literal(BUILDER_PARTITION),
  /** The region, as Azure names it. */
  rowKey: z.string(),
  provenAt: z.date(),
});
export type BuilderRow = z.infer<typeof BuilderRow>;
