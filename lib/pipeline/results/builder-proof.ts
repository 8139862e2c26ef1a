import type { Services } from '../services.ts';

/** Whether BuildKit is available. A Confidential region counts only if a probe saw BuildKit work. */
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
