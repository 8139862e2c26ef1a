import { z } from 'zod';

/** What is tried: all that BuildKit and runc do to run a step, and `unshare-user` for people. */
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

/** What a probing group found out. A claim, as every result is. */
export const ProbeResult = z.strictObject({
  version: z.literal(2),
  kind: z.literal('probe'),
  probeId: z.string().max(63),
  kernel: z.string().max(128),
  userId: z.number().int(),
  /** Of /proc/self/status, for people: `CapEff`, `Seccomp`, `NoNewPrivs`. */
  status: z.record(z.string().max(32), z.string().max(64)),
  trials: z.record(z.enum(PROBE_TRIALS), Trial),
  /** Program → version; `unknown` where it is not there. */
  tools: z.record(z.string().max(32), z.string().max(64)),
  /** Where a job's files go, in bytes. */
  freeBytes: z.number().int().nonnegative(),
  /** Whether the registry could be asked for an image. */
  registry: Trial,
  /** Whether the remote BuildKit let the worker in; there only where it was to be asked. */
  buildkit: Trial.optional(),
});
export type ProbeResult = z.infer<typeof ProbeResult>;

export const MAX_PROBE_BYTES = 64 * 1024;
