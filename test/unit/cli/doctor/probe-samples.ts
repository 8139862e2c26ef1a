import type { PROBE_TRIALS, ProbeResult, Trial } from '../../../../lib/job/probe-result.ts';
import { STANDARD_GROUP } from '../../../stand-ins/builder/patchwright-builder.ts';

type TrialName = (typeof PROBE_TRIALS)[number];

export const GIB = 1024 ** 3;

/** What a group finds in which every trial succeeds. */
export function aProbeResult(
  changes: Partial<ProbeResult> = {},
  refused: readonly TrialName[] = [],
): ProbeResult {
  const trial = (name: TrialName): Trial =>
    refused.includes(name) ? { ok: false, detail: 'EPERM' } : { ok: true, detail: '' };
  return {
    version: 2,
    kind: 'probe',
    probeId: 'probe-id1',
    kernel: '6.1.0',
    userId: 0,
    status: { Seccomp: '2' },
    trials: {
      'bind-mount': trial('bind-mount'),
      'tmpfs-mount': trial('tmpfs-mount'),
      'overlay-mount': trial('overlay-mount'),
      'proc-mount': trial('proc-mount'),
      'unshare-mount': trial('unshare-mount'),
      'unshare-pid': trial('unshare-pid'),
      'unshare-user': trial('unshare-user'),
      'cgroup-write': trial('cgroup-write'),
      'runc-container': trial('runc-container'),
    },
    tools: { trivy: '0.74.0', copa: '0.14.2', buildkitd: '0.34.2', runc: '1.1.5' },
    freeBytes: 20 * GIB,
    registry: { ok: true, detail: '' },
    builder: STANDARD_GROUP,
    buildkit: { ok: true, detail: '' },
    ...changes,
  };
}
