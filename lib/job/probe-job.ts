import * as z from 'zod';
import { PinnedImage, RegistryHost } from '../image/reference.ts';

/**
 * The input of a group that only probes what a group may do: `job.json`. Never logged, because it holds
 * a secret (a create-only SAS address).
 */
export const ProbeJobFile = z.strictObject({
  version: z.literal(1),
  kind: z.literal('probe'),
  probeId: z.string().regex(/^[a-z0-9-]{1,63}$/),
  registry: RegistryHost,
  /** The probe reads this image from the registry, with the token beside this file. */
  image: PinnedImage,
  /** Programs whose versions the probe reports. */
  tools: z.array(z.string().regex(/^[a-z0-9-]{1,32}$/)).max(10),
  /** A remote BuildKit to connect to, with the TLS files beside this file. */
  buildkitAddress: z.string().max(1024).optional(),
  resultUrl: z.url().max(4096),
  extraCa: z.string().max(65_536).optional(),
});
export type ProbeJobFile = z.infer<typeof ProbeJobFile>;
