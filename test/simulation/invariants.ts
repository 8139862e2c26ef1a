import * as z from 'zod';
import { GroupTag, MANAGED_BY } from '../../lib/containers/container-groups.ts';
import { Digest } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { markHolder } from '../../lib/pipeline/marks/mark-holder.ts';
import { STAGING_PREFIX } from '../../lib/policy/reserved-repositories.ts';
import { CONTAINERS } from '../../lib/storage/blobs.ts';
import { type Entity, TABLES } from '../../lib/storage/tables.ts';
import type { Backends } from './gates/gate.ts';
import type { Observer } from './observer.ts';
import { occurrenceFaults } from './run-timer.ts';
import type { Scenario } from './scenario.ts';
import type { Task } from './task.ts';
import { operationFaults, useFaults } from './use-truth.ts';

/** Terminal states of a target, each with the column of the run that counts it. */
const ENDED = {
  clean: 'clean',
  patched: 'patched',
  'already-patched': 'alreadyPatched',
  planned: 'planned',
  waiting: 'waiting',
  skipped: 'skipped',
  rejected: 'rejected',
  failed: 'failed',
  canceled: 'canceled',
} as const;

/**
 * Groups that a round of the reaper without a fault left although they had expired. Its clock may jump
 * back before it compares the times, so only the earliest time that it was shown counts.
 */
export function expiredGroupsLeft(
  { groups }: Pick<Backends, 'groups'>,
  { earliest: at }: Pick<Task, 'earliest'>,
): readonly string[] {
  return groups
    .all()
    .filter(({ spec }) => spec.tags[GroupTag.managedBy] === MANAGED_BY)
    .filter(({ spec }) => Date.parse(spec.tags[GroupTag.expiresAt] ?? '') <= at)
    .filter((group) => group.goneAt === undefined)
    .map(({ spec }) => `the reaper did not delete ${spec.name}, which had expired`);
}

/** Checks the invariants after everything has ended. */
export async function finalFaults(
  backends: Backends,
  observer: Observer,
  scenario: Scenario,
  /** A step that stalls for a long time may claim an image for a run that is over. */
  lateEffects: boolean,
): Promise<readonly string[]> {
  return [
    ...occurrenceFaults(scenario.runs, runIds(backends)),
    ...runFaults(backends),
    ...inventoryFaults(backends, lateEffects),
    ...builderFaults(backends),
    ...(await registryFaults(backends, observer)),
    ...groupFaults(backends),
    ...useFaults(backends),
    ...operationFaults(backends, observer),
    ...(await poisonFaults(backends, observer)),
  ];
}

function runIds({ tables }: Backends): readonly string[] {
  const rows = tables.all(TABLES.runs).map(({ entity }) => entity);
  return rows.filter((row) => row.partitionKey === 'run').map((row) => String(row.runId));
}

function runFaults({ tables }: Backends): readonly string[] {
  const faults: string[] = [];
  const targets = Map.groupBy(
    tables.all(TABLES.targets).map(({ entity }) => entity),
    (target) => target.partitionKey,
  );
  for (const { entity: run } of tables.all(TABLES.runs)) {
    const runId = String(run.runId);
    const own = targets.get(runId) ?? [];
    for (const target of own) {
      const image = `${runId} ${String(target.repository)}:${String(target.tag)}`;
      if (!Object.hasOwn(ENDED, String(target.state))) {
        faults.push(`${image} is ${String(target.state)} although its run is over`);
      }
    }
    for (const [state, column] of Object.entries(ENDED)) {
      const count = own.filter((target) => target.state === state).length;
      if (run[column] !== count) {
        faults.push(`${runId} counts ${String(run[column])} ${state}, but there are ${count}`);
      }
    }
    if (run.state === 'completed' && Number(run.failed) + Number(run.rejected) > 0) {
      faults.push(`${runId} is completed although targets failed`);
    }
    if (run.state === 'completed-with-failures' && !own.some(isBad)) {
      faults.push(`${runId} is completed-with-failures, and no target failed`);
    }
    if (run.targets !== own.length || run.active !== 0) faults.push(`${runId} counts wrongly`);
    if (run.state === 'failed' && run.reason === '') {
      faults.push(`${runId} failed without a reason`);
    }
  }
  return faults;
}

function isBad({ state }: Entity): boolean {
  return state === 'failed' || state === 'rejected';
}

function inventoryFaults({ tables }: Backends, lateEffects: boolean): readonly string[] {
  const faults: string[] = [];
  const targets = new Map(
    tables
      .all(TABLES.targets)
      .map(({ entity }) => [
        `${entity.partitionKey} ${String(entity.repository)}:${String(entity.tag)}`,
        entity,
      ]),
  );
  const seen = new Set<string>();
  for (const { entity: row } of tables.all(TABLES.state)) {
    if ((row.claimedBy ?? '') === '' || lateEffects) continue;
    faults.push(`${row.rowKey} is still claimed by ${String(row.claimedBy)}`);
  }
  for (const { entity: row } of tables.all(TABLES.inventory)) {
    if (row.kind !== 'tag') continue;
    const image = `${String(row.repository)}:${String(row.tag)}`;
    seen.add(image);
    const target = targets.get(`${String(row.runId)} ${image}`);
    if (target?.state !== row.state || target?.reason !== row.reason) {
      faults.push(
        `the inventory says that ${image} is ${label(row)}, its target is ${label(target)}`,
      );
    }
  }
  for (const target of targets.values()) {
    const image = `${String(target.repository)}:${String(target.tag)}`;
    if (target.tag === '*' || target.reason === 'not-found') continue;
    if (!seen.has(image)) faults.push(`${image} is not in the inventory`);
  }
  return faults;
}

/** An image that no builder could patch is not charged with it, and tries again in the next run. */
function builderFaults({ tables }: Backends): readonly string[] {
  const images = Map.groupBy(
    tables.all(TABLES.targets).map(({ entity }) => entity),
    (target) =>
      `${target.partitionKey} ${String(target.repository)}@${String(target.sourceDigest)}`,
  );
  const charged = tables
    .all(TABLES.state)
    .map(({ entity }) => entity)
    .filter(({ failedRun }) => failedRun !== undefined)
    .map((row) => `${String(row.failedRun)} ${String(row.repository)}@${String(row.digest)}`);
  return charged
    .filter((image) => {
      const targets = images.get(image) ?? [];
      return targets.length > 0 && targets.every(hadNoBuilder);
    })
    .map((image) => `${image} was charged, although no builder could patch it`);
}

function hadNoBuilder({ reason, builder }: Entity): boolean {
  return reason === 'no-builder' || (reason === 'builder-unavailable' && builder === undefined);
}

function label(row: Entity | undefined): string {
  return row === undefined ? 'not there' : `${String(row.state)} ${String(row.reason ?? '')}`;
}

async function registryFaults(
  { tables, registry, blobs }: Backends,
  observer: Observer,
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const repository of registry.repositories()) {
    if (!repository.startsWith(STAGING_PREFIX)) continue;
    const { length } = registry.digests(repository);
    if (length > 0) faults.push(`${length} manifests remain in ${repository}`);
  }
  for (const [name, digest] of observer.publishing.foreignTags) {
    const [repository = '', tag = ''] = name.split(':');
    const found = await registry.tag(RepositoryName.parse(repository), Tag.parse(tag));
    if (found?.digest !== digest) faults.push(`${name} is not what its owner pushed`);
  }
  const known = new Set(
    tables
      .all(TABLES.state)
      .flatMap(({ entity }) =>
        Digest.array().parse(JSON.parse(String(entity.patchDigests ?? '[]'))),
      ),
  );
  for (const { tag, digest } of observer.publishing.published) {
    if (!known.has(digest))
      faults.push(`${tag} was published, but the inventory does not contain it`);
    const [repository = ''] = tag.split(':');
    const holder = await markHolder(registry, RepositoryName.parse(repository));
    if (holder !== 'ours') faults.push(`${tag} was published where ${holder ?? 'nobody'} holds`);
  }
  const names = new Set(blobs.names('patchwright-reports'));
  for (const { entity: target } of tables.all(TABLES.targets)) {
    if (target.state !== 'patched') continue;
    const image = `${String(target.repository)}:${String(target.tag)}`;
    const isPublished = observer.publishing.published.some(
      ({ digest }) => digest === target.patchDigest,
    );
    if (!isPublished) faults.push(`${image} is patched, and its patch was never published`);
    for (const report of [target.reportBefore, target.reportAfter]) {
      if (!names.has(String(report))) faults.push(`${image} names a report that does not exist`);
    }
    const repository = RepositoryName.parse(target.repository);
    const referrers = await registry.referrers(repository, Digest.parse(target.patchDigest));
    if (referrers.length < 3) faults.push(`${image} has ${referrers.length} referrers`);
  }
  return faults;
}

function groupFaults({ groups }: Backends): readonly string[] {
  const names = Map.groupBy(groups.creations(), ({ spec }) => spec.name);
  return [...names]
    .filter(([, creations]) => creations.length > 1)
    .map(([name, { length }]) => `${name} was put ${length} times, but a name must be used once`);
}

const PoisonRecord = z.object({ message: z.string() });

/** Checks that each poison message is kept as often as it failed, with its text unchanged. */
async function poisonFaults({ blobs }: Backends, { poison }: Observer): Promise<readonly string[]> {
  if (poison.length === 0) return [];
  const kept: string[] = [];
  for (const name of blobs.names(CONTAINERS.reports)) {
    const [folder, queue] = name.split('/');
    if (folder !== 'poison') continue;
    const blob = await blobs.read(CONTAINERS.reports, name, 100_000);
    if (!blob.found) continue;
    const { message } = PoisonRecord.parse(JSON.parse(Buffer.from(blob.bytes).toString()));
    kept.push(`${queue} ${message}`);
  }
  const lost = poison.map(({ queue, body }) => `${queue} ${JSON.stringify(body)}`);
  for (const message of kept) {
    const at = lost.indexOf(message);
    if (at >= 0) lost.splice(at, 1);
  }
  return lost.map((message) => `a poison message was not kept: ${message}`);
}
