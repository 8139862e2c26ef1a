import { z } from 'zod';
import type { Services } from './services.ts';

const PARTITION = 'builder';

/**
 * In PatchwrightJobs: that privileged Confidential groups of a region have shown that BuildKit can work
 * in them. `patchwright doctor --probe` writes it where it saw so, and takes it away where it did not.
 */
export const BuilderRow = z.object({
  partitionKey: z.literal(PARTITION),
  /** The region, as Azure names it. */
  rowKey: z.string(),
  provenAt: z.date(),
});
export type BuilderRow = z.infer<typeof BuilderRow>;

type Needed = Pick<Services, 'builders' | 'clock'>;

/** Whether something is there that runs BuildKit: Azure's word that it should is not enough. */
export async function isBuilderThere(
  services: Needed & Pick<Services, 'options'>,
): Promise<boolean> {
  const { builder } = services.options;
  switch (builder.kind) {
    case 'none':
      return false;
    case 'remote':
      return true;
    case 'confidential':
      return (await services.builders.get(PARTITION, builder.region)) !== undefined;
    default:
      return builder satisfies never;
  }
}

export async function rememberProof(services: Needed, region: string): Promise<void> {
  const row = { partitionKey: PARTITION, rowKey: region, provenAt: services.clock.now() } as const;
  const stored = await services.builders.get(PARTITION, region);
  if (stored === undefined) await services.builders.insert(row);
  else await services.builders.replace(row, stored.etag);
}

export async function forgetProof(services: Needed, region: string): Promise<void> {
  const stored = await services.builders.get(PARTITION, region);
  if (stored !== undefined) await services.builders.delete(stored.row, stored.etag);
}
