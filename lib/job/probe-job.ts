import { z } from 'zod';
import { PinnedImage, RegistryHost } from '../image/reference.ts';

/**
 * What a container group is told that only finds out what a group may do, as `job.json`. It carries a
 * secret (a create-only SAS address), so it is never logged.
 */
export const ProbeJobFile = z.strictObject({
  version: z.literal(1),
  kind: z.literal('probe'),
  probeId: z.string().regex(/^[a-z0-9-]{1,63}$/),
  registry: RegistryHost,
  /** Asked for in the registry, with the token beside this file. */
  image: PinnedImage,
  /** Programs whose versions are wanted. */
  tools: z.array(z.string().regex(/^[a-z0-9-]{1,32}$/)).max(10),
  /** A remote BuildKit to knock at, with the TLS files beside this one. */
  buildkitAddress: z.string().max(1024).optional(),
  resultUrl: z.url().max(4096),
  extraCa: z.string().max(65_536).optional(),
});
export type ProbeJobFile = z.infer<typeof ProbeJobFile>;
