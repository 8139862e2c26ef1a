import { digestOf } from '../../../lib/image/digest.ts';
import type { Target } from '../../../lib/pipeline/records/target.ts';
import type { TargetState } from '../../../lib/pipeline/records/target-states.ts';
import type { TargetChanges } from '../../../lib/pipeline/stores/target-store.ts';
import { imageOf } from '../../world/seed/run-tables.ts';

/** What every generated row says. */
export const GENERATED = 'generated for the demo: this did not happen';

/** The states of a target in one generated run, with what each adds. The last one is terminal. */
export interface GeneratedCourse {
  readonly discovered: Target;
  readonly steps: readonly GeneratedStep[];
}

export interface GeneratedStep {
  readonly state: TargetState;
  readonly at: Date;
  readonly changes: TargetChanges;
}

/** What becomes of an image in a night. */
export type Fate = 'as-now' | 'patched' | 'already-patched' | 'unreachable' | 'refused' | 'waiting';

const SECOND = 1000;

/**
 * The course of an image in an earlier run, after its target in the real one. `growth` is the share of
 * today's findings that were known then, from 0 to 1. It names no patch, since the registry has none.
 */
export function generatedCourse(
  real: Target,
  night: Pick<Target, 'runId'> & { readonly start: Date; readonly growth: number },
  fate: Fate,
): GeneratedCourse {
  const { runId, start } = night;
  const pace = Number.parseInt(real.id.slice(0, 2), 16);
  const after = (seconds: number) => new Date(start.getTime() + (seconds + pace) * SECOND);
  const { id, repository, tag, osFamily, osName, architecture } = real;
  const source = digestOf(`generated source of ${imageOf(real)}`);
  const scanned = real.beforeCritical !== undefined;
  const discovered: Target = {
    ...{ id, runId, repository, tag, state: 'queued', detail: GENERATED },
    ...{ osFamily, osName, architecture, digest: source, sourceDigest: source },
    ...{ patches: [], job: '', round: 0, attempts: 0, discoveredAt: after(10) },
  };
  const scan = { scannedAt: after(90), ...before(real, night.growth) };
  const path = pathTo(fate, real, scanned);
  const steps = path.map(([state, seconds], index) => ({
    state,
    at: after(seconds),
    changes: {
      ...(index === 1 && scanned && scan),
      ...(index === path.length - 1 && endOf(fate, real, after)),
    },
  }));
  return { discovered, steps };
}

type Path = readonly (readonly [TargetState, number])[];

function pathTo(fate: Fate, real: Target, scanned: boolean): Path {
  const scanning: Path = [['scanning', 30]];
  const patching: Path = [...scanning, ['patching', 90]];
  switch (fate) {
    case 'as-now':
      return scanned ? [...scanning, [real.state, 95]] : [[real.state, 20]];
    case 'waiting':
      return [...scanning, ['waiting', 95]];
    case 'already-patched':
      return [...scanning, ['already-patched', 95]];
    case 'unreachable':
      return [...patching, ['failed', 400]];
    case 'refused':
      return [...patching, ['verifying', 300], ['rejected', 380]];
    case 'patched':
      return [...patching, ['verifying', 300], ['publishing', 380], ['patched', 400]];
    default:
      return fate satisfies never;
  }
}

function endOf(fate: Fate, real: Target, after: (seconds: number) => Date): TargetChanges {
  switch (fate) {
    case 'as-now':
      return { reason: real.reason };
    case 'waiting':
      return { reason: 'backing-off' };
    case 'unreachable':
      return {
        reason: 'package-source-unreachable',
        detail: `https://deb.example.test does not answer (${GENERATED})`,
      };
    case 'refused':
      return {
        reason: 'layer-suspicious',
        detail: `the patch adds /usr/local/bin/agent, which no package owns (${GENERATED})`,
      };
    case 'patched':
      return { verifiedAt: after(370), ...remaining(real) };
    case 'already-patched':
      return earlier(real);
    default:
      return fate satisfies never;
  }
}

function before(real: Target, growth: number): TargetChanges {
  const share = (now: number | undefined, least: number | undefined) =>
    Math.max(Math.round((now ?? 0) * growth), least ?? 0);
  return {
    beforeCritical: share(real.beforeCritical, real.afterCritical),
    beforeHigh: share(real.beforeHigh, real.afterHigh),
    beforeMedium: share(real.beforeMedium, real.afterMedium),
    beforeLow: share(real.beforeLow, real.afterLow),
    beforeUnknown: share(real.beforeUnknown, real.afterUnknown),
    beforeFixable: share(real.beforeFixable, real.afterFixable),
  };
}

function remaining(real: Target): TargetChanges {
  const { afterCritical, afterHigh, afterMedium, afterLow, afterUnknown, afterFixable } = real;
  return { afterCritical, afterHigh, afterMedium, afterLow, afterUnknown, afterFixable };
}

function earlier(real: Target): TargetChanges {
  return {
    earlierCritical: real.afterCritical,
    earlierHigh: real.afterHigh,
    earlierMedium: real.afterMedium,
    earlierLow: real.afterLow,
    earlierUnknown: real.afterUnknown,
    earlierFixable: real.afterFixable,
  };
}
