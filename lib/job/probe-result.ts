import * as z from 'zod';
import { plainText } from '../text/plain-text.ts';
import { BuilderReport } from './builder-report.ts';

/** Everything that BuildKit and runc need for a build step. `unshare-user` is for information only. */
export const PROBE_TRIALS = [
  'bind-mount',
  'tmpfs-mount',
  'overlay-mount',
  'proc-mount',
  'unshare-mount',
  'unshare-pid',
  'unshare-user',
  'cgroup-write',
  'runc-container',
] as const;

const Trial = z.strictObject({ ok: z.boolean(), detail: z.string().max(300) });
export type Trial = z.infer<typeof Trial>;

/** In UTF-16 units. */
export const MAX_BUILDER_FAULT = 1000;

/** The output of a probe. Untrusted, like every result. */
export const ProbeResult = z.strictObject({
  version: z.literal(2),
  kind: z.literal('probe'),
  probeId: z.string().max(63),
  kernel: z.string().max(128),
  userId: z.number().int(),
  /** From /proc/self/status, for information: `CapEff`, `Seccomp`, `NoNewPrivs`. */
  status: z.record(z.string().max(32), z.string().max(64)),
  trials: z.record(z.enum(PROBE_TRIALS), Trial),
  /** Program → version; `unknown` if it is missing. */
  tools: z.record(z.string().max(32), z.string().max(64)),
  /** Free bytes on the volume for a job's files. */
  freeBytes: z.number().int().nonnegative(),
  /** Whether the group could read an image from the registry. */
  registry: Trial,
  /** What a patch group would find at its start; absent if the probe for a builder failed. */
  builder: BuilderReport.optional(),
  /** Why it failed. */
  builderFault: z
    .string()
    .max(MAX_BUILDER_FAULT)
    .transform((text) => plainText(text, MAX_BUILDER_FAULT))
    .optional(),
  /** Whether the remote BuildKit accepted the worker; absent if there was none to ask. */
  buildkit: Trial.optional(),
});
export type ProbeResult = z.infer<typeof ProbeResult>;

export const MAX_PROBE_BYTES = 64 * 1024;
