import { BUILDER_PARTITION } from '../records/builder-row.ts';
import type { Services } from '../services.ts';

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
      return (await services.builders.get(BUILDER_PARTITION, builder.region)) !== undefined;
    default:
      return builder satisfies never;
  }
}

export async function rememberProof(services: Needed, region: string): Promise<void> {
  const row = {
    partitionKey: BUILDER_PARTITION,
    rowKey: region,
    provenAt: services.clock.now(),
  } as const;
  const stored = await services.builders.get(BUILDER_PARTITION, region);
  if (stored === undefined) await services.builders.insert(row);
  else await services.builders.replace(row, stored.etag);
}

export async function forgetProof(services: Needed, region: string): Promise<void> {
  const stored = await services.builders.get(BUILDER_PARTITION, region);
  if (stored !== undefined) await services.builders.delete(stored.row, stored.etag);
}
