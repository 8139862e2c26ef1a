import { Annotation, ArtifactType } from '../../../lib/image/annotations.ts';
import type { Digest } from '../../../lib/image/digest.ts';
import { ImageManifest } from '../../../lib/image/manifest.ts';
import { RepositoryName } from '../../../lib/image/reference.ts';
import type { Run } from '../../../lib/pipeline/records/run.ts';
import type { Target } from '../../../lib/pipeline/records/target.ts';
import { isTerminal } from '../../../lib/pipeline/records/target-states.ts';
import { STAGING_PREFIX } from '../../../lib/policy/reserved-repositories.ts';
import type { ArmServer } from '../arm/arm-server.ts';
import type { LocalRegistry } from '../registry/start-registry.ts';
import { imageOf } from '../seed/run-tables.ts';
import { type LeftText, leaks } from '../seed/secret-search.ts';

/** Repository → tag → digest. */
type Snapshot = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The places where a run leaves traces. */
export interface LeftWorld {
  readonly registry: Pick<LocalRegistry, 'storage' | 'snapshot'>;
  readonly arm: Pick<ArmServer, 'groups'>;
}

export interface Ending {
  readonly world: LeftWorld;
  /** The registry before the run. */
  readonly before: Snapshot;
  readonly run: Run;
  readonly targets: readonly Target[];
  /** Logs, rows, blobs, messages. */
  readonly left: readonly LeftText[];
  readonly secrets: readonly string[];
}

/** One promise with every case in which it was broken. */
export interface Promised {
  readonly text: string;
  readonly broken: readonly string[];
}

const MOST_ADDED_LAYERS = 3;
const COMPLETED = ['completed', 'completed-with-failures'];
const PLAIN_ENDINGS = ['clean', 'patched', 'already-patched'];

/** Promises that hold at the end of every run, with any faults. */
export function endsWell(ending: Ending): readonly Promised[] {
  const { world, before, run, targets, left, secrets } = ending;
  const now: Snapshot = world.registry.snapshot();
  return [
    { text: 'the run is completed', broken: COMPLETED.includes(run.state) ? [] : [run.state] },
    { text: 'every image ended, with its reason', broken: unended(targets) },
    { text: 'every tag that was there before is as it was', broken: movedTags(before, now) },
    { text: 'every new tag is a verified patch', broken: unverified(ending, now) },
    { text: 'no image has two patches for the same findings', broken: duplicates(world) },
    {
      text: 'the staging repositories are empty',
      broken: Object.keys(now).filter((name) => name.startsWith(STAGING_PREFIX)),
    },
    { text: 'no container group is left', broken: world.arm.groups().map(({ name }) => name) },
    { text: 'no secret is in a log, row, message or blob', broken: leaks(left, secrets) },
  ];
}

function unended(targets: readonly Target[]): string[] {
  return targets
    .filter(({ state, reason }) => {
      const needsReason = !PLAIN_ENDINGS.includes(state);
      return !isTerminal(state) || (needsReason && reason === undefined);
    })
    .map((target) => `${imageOf(target)} is ${target.state}`);
}

function movedTags(before: Snapshot, now: Snapshot): string[] {
  return Object.entries(before).flatMap(([repository, tags]) =>
    Object.entries(tags)
      .filter(([tag, digest]) => now[repository]?.[tag] !== digest)
      .map(([tag]) => `${repository}:${tag}`),
  );
}

function unverified({ world, before, targets }: Ending, now: Snapshot): string[] {
  return Object.entries(now)
    .filter(([repository]) => !repository.startsWith(STAGING_PREFIX))
    .flatMap(([repository, tags]) =>
      Object.entries(tags)
        .filter(([tag]) => before[repository]?.[tag] === undefined)
        .flatMap(([tag, digest]) => {
          const target = targets.find(
            (one) => one.repository === repository && one.patchTag === tag,
          );
          return patchFaults(world, target, digest).map((why) => `${repository}:${tag} ${why}`);
        }),
    );
}

function patchFaults(world: LeftWorld, target: Target | undefined, digest: string): string[] {
  if (target === undefined) return ['is of no target'];
  if (target.state !== 'patched') return [`stands, and its target is ${target.state}`];
  if (target.patchDigest === undefined || target.patchDigest !== digest) {
    return ['is not what was verified'];
  }
  const { repository, patchDigest } = target;
  const source = manifestOf(world, repository, target.sourceDigest);
  const patch = manifestOf(world, repository, patchDigest);
  if (source === undefined || patch === undefined) return ['has no manifest'];
  const faults: string[] = [];
  const from = source.layers.map((layer) => layer.digest);
  const to = patch.layers.map((layer) => layer.digest);
  const added = to.length - from.length;
  if (from.some((layer, at) => to[at] !== layer)) faults.push('does not start with its source');
  if (added < 1 || added > MOST_ADDED_LAYERS) faults.push(`adds ${added} layers`);
  if (patch.annotations?.[Annotation.sourceDigest] !== target.sourceDigest) {
    faults.push('does not name its source');
  }
  if (patch.annotations?.[Annotation.sourceRepository] !== repository) {
    faults.push("does not name its source's repository");
  }
  if (patch.annotations?.[Annotation.fingerprint] !== target.fingerprint) {
    faults.push('does not name what it fixes');
  }
  if (target.reportAfter === undefined) faults.push('was not scanned after it was made');
  return [...faults, ...referrerFaults(world, repository, patchDigest)];
}

function referrerFaults(world: LeftWorld, repository: string, digest: Digest): string[] {
  const types = world.registry.storage
    .referrers(RepositoryName.parse(repository), digest)
    .map(({ bytes }) => ImageManifest.parse(JSON.parse(bytes.toString('utf8'))).artifactType);
  // The chaotic world's sources have no signatures or attestations.
  const { ofSource: _, ...always } = ArtifactType;
  return Object.values(always)
    .map((type) => ({ type, count: types.filter((one) => one === type).length }))
    .filter(({ count }) => count !== 1)
    .map(({ type, count }) => `has ${count} referrers of type ${type}`);
}

/** A second manifest for the same source and findings, tagged or not. */
function duplicates(world: LeftWorld): string[] {
  const patches = new Map<string, string[]>();
  for (const repository of world.registry.storage.repositories()) {
    if (repository.name.startsWith(STAGING_PREFIX)) continue;
    for (const [digest, { bytes }] of repository.manifests) {
      const parsed = ImageManifest.safeParse(JSON.parse(bytes.toString('utf8')));
      const annotations = parsed.data?.annotations ?? {};
      const source = annotations[Annotation.sourceDigest];
      if (source === undefined) continue;
      const key = `${repository.name} ${source} ${annotations[Annotation.fingerprint]}`;
      patches.set(key, [...(patches.get(key) ?? []), digest]);
    }
  }
  return [...patches].filter(([, digests]) => digests.length > 1).map(([key]) => key);
}

function manifestOf(
  world: LeftWorld,
  repository: string,
  digest: Digest | undefined,
): ImageManifest | undefined {
  if (digest === undefined) return undefined;
  const record = world.registry.storage
    .find(RepositoryName.parse(repository))
    ?.manifests.get(digest);
  return record === undefined
    ? undefined
    : ImageManifest.parse(JSON.parse(record.bytes.toString('utf8')));
}
