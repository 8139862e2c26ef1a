import type { Services } from '../services.ts';

/**
 * True if BuildKit is available. In a Confidential group, a probe must have run it in this region.
 */
export async function isBuilderThere({
  builders,
  options: { builder },
}: Pick<Services, 'builders' | 'options'>): Promise<boolean> {
  switch (builder.kind) {
    case 'none':
      return false;
    case 'remote':
      return true;
    case 'confidential':
      return builders.has(builder.region);
    default:
      return builder satisfies never;
  }
}
