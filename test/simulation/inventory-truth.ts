import { Digest } from '../../lib/image/digest.ts';
import { ImageManifest } from '../../lib/image/manifest.ts';
import { basesOfPatchTag } from '../../lib/image/patch-tags.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { countsOf } from '../../lib/pipeline/records/finding-counts.ts';
import { scanOf } from '../../lib/report/finding.ts';
import { parseTrivyReport } from '../../lib/report/trivy-report.ts';
import { type Entity, TABLES } from '../../lib/storage/tables.ts';
import type { Backends } from './gates/gate.ts';
import type { Observer } from './observer.ts';
import type { Truth } from './truth.ts';
import { timeOf } from './watches/row-write.ts';
import { nameOf } from './watches/seen-rows.ts';

const NUMBERS = ['critical', 'high', 'medium', 'low', 'unknown', 'fixable'] as const;

/** Whether the inventory is true: compared with the registry, and with the database of each scan. */
export async function inventoryLies(
  { tables, registry }: Backends,
  { publishing }: Observer,
  truth: Truth,
): Promise<readonly string[]> {
  const rows = tables.all(TABLES.inventory).map(({ entity }) => entity);
  const targets = tables.all(TABLES.targets).map(({ entity }) => entity);
  const runs = tables.all(TABLES.runs).map(({ entity }) => entity);
  const faults: string[] = [];
  for (const row of rows) {
    const own = targets.filter((target) => isOf(target, row));
    if (row.kind === 'tag') faults.push(...tagFaults(row, own));
    const isPatch = (row.patchOf ?? '') !== '' || row.isPatch === true;
    const isOlder = isPatch && !isPublished(row, publishing.published);
    if (row.counts !== 'known' || isOlder) continue;
    const database = databaseOf(row, targets, runs);
    if (database === undefined) {
      faults.push(`no scan tells the counts of ${rowName(row)}`);
      continue;
    }
    const stored = await registry.manifest(
      RepositoryName.parse(row.repository),
      Digest.parse(row.digest),
    );
    if (stored === undefined) continue;
    const manifest = ImageManifest.parse(JSON.parse(Buffer.from(stored.bytes).toString()));
    const report = truth.report(
      manifest.layers.map(({ digest }) => digest),
      database,
    );
    const parsed = parseTrivyReport(Buffer.from(JSON.stringify(report)));
    if (!parsed.ok) throw new Error(parsed.fault);
    const counts = countsOf(scanOf(parsed.value).findings);
    for (const name of NUMBERS) {
      if (row[name] === counts[name]) continue;
      faults.push(`${rowName(row)} has ${counts[name]} ${name}, its row says ${String(row[name])}`);
    }
  }
  const orphans = new Set<Entity>();
  for (const row of rows) if (await isOrphan(row, registry)) orphans.add(row);
  return [...faults, ...presenceFaults(rows, targets, runs, orphans)];
}

function rowName(row: Entity): string {
  return `${String(row.kind)} ${row.partitionKey} ${row.rowKey}`;
}

export function isOf(target: Entity, row: Entity): boolean {
  return target.repository === row.repository && target.tag === row.tag;
}

export function isPublished(
  { digest }: Entity,
  published: readonly { readonly digest: Digest }[],
): boolean {
  return published.some((one) => one.digest === digest);
}

/** The newest facts of each target must be there, whatever other runs did about the tag. */
function tagFaults(row: Entity, own: readonly Entity[]): readonly string[] {
  if (row.present !== true) return [];
  const faults: string[] = [];
  const same = own.filter(({ digest }) => digest === row.digest);
  const scanned = newest(same, 'scannedAt');
  const isPatch = row.isPatch === true;
  if (!isPatch && scanned !== undefined && timeOf(scanned.scannedAt) !== timeOf(row.scannedAt)) {
    faults.push(`${rowName(row)} does not tell its newest scan`);
  }
  const patched = newest(
    same.filter(({ state }) => state === 'patched'),
    'finishedAt',
  );
  if (patched === undefined) return faults;
  const finishedAt = timeOf(patched.finishedAt) ?? 0;
  const later = same.some(({ discoveredAt }) => (timeOf(discoveredAt) ?? 0) >= finishedAt);
  if (!later && row.patchDigest !== patched.patchDigest) {
    faults.push(`${rowName(row)} does not name its newest patch`);
  }
  if ((timeOf(row.at) ?? 0) < finishedAt) {
    faults.push(`${rowName(row)} is ${String(row.state)}, and was patched later`);
  }
  return faults;
}

function newest(targets: readonly Entity[], column: string): Entity | undefined {
  const timed = targets.filter((target) => timeOf(target[column]) !== undefined);
  return timed.sort((a, b) => Number(timeOf(a[column])) - Number(timeOf(b[column]))).at(-1);
}

/** The database of the scan that a row's time names: of the source, or of a patch when verified. */
export function databaseOf(
  row: Entity,
  targets: readonly Entity[],
  runs: readonly Entity[],
): Digest | undefined {
  const at = timeOf(row.scannedAt);
  const scan = targets.find(
    (target) =>
      target.repository === row.repository &&
      target.sourceDigest === row.sourceDigest &&
      (timeOf(target.scannedAt) === at || timeOf(target.verifiedAt) === at),
  );
  const run = runs.find(({ runId }) => runId === scan?.partitionKey);
  return Digest.safeParse(run?.databaseDigest).data;
}

/**
 * True for a tag with the form of a patch that is still in the registry. If its source was pushed
 * again, no run has a target for it: its row is as of the last run that scanned it.
 */
async function isOrphan(row: Entity, registry: Backends['registry']): Promise<boolean> {
  if (row.kind !== 'tag' || basesOfPatchTag(row.rowKey).length === 0) return false;
  const stored = await registry.manifest(
    RepositoryName.parse(row.repository),
    Tag.parse(row.rowKey),
  );
  return stored !== undefined && stored.digest === row.digest;
}

/** No ghosts, and nothing lost: judged by the newest run with a whole discovery. */
function presenceFaults(
  rows: readonly Entity[],
  targets: readonly Entity[],
  runs: readonly Entity[],
  orphans: ReadonlySet<Entity>,
): readonly string[] {
  const whole = runs.filter(({ state }) => String(state).startsWith('completed'));
  const last = newest(whole, 'createdAt');
  if (last === undefined) return [];
  const since = timeOf(last.createdAt) ?? 0;
  const found = targets.filter(({ partitionKey }) => partitionKey === last.runId);
  const unread = new Set(
    found.filter(({ reason }) => reason === 'registry-error').map(({ repository }) => repository),
  );
  const faults: string[] = [];
  for (const row of rows) {
    if (row.kind !== 'tag' || unread.has(row.repository ?? '')) continue;
    const target = found.find((one) => isOf(one, row) && one.reason !== 'not-found');
    const isLost = target === undefined && !isOfLater(row, since, runs) && !orphans.has(row);
    if (row.present === true && isLost) {
      faults.push(`${rowName(row)} is a ghost`);
    }
    const goneSince = (timeOf(row.goneAt) ?? 0) > (timeOf(target?.discoveredAt) ?? 0);
    if (row.present !== true && target !== undefined && !goneSince) {
      faults.push(`${rowName(row)} is gone for the inventory, and ${nameOf(target)} was found`);
    }
  }
  const named = new Set(
    rows
      .filter(({ kind, present }) => kind !== 'digest' && present === true)
      .flatMap(({ digest, sourceDigest, patchDigest }) => [digest, sourceDigest, patchDigest]),
  );
  for (const row of rows) {
    const old = row.present === true && !isOfLater(row, since, runs);
    if (row.kind !== 'digest' || !old || unread.has(row.repository ?? '')) continue;
    if (!named.has(row.digest)) faults.push(`${rowName(row)} is a ghost`);
  }
  return faults;
}

/** Seen since, or recorded by a run that went on beside that discovery. The next run marks it. */
function isOfLater(row: Entity, since: number, runs: readonly Entity[]): boolean {
  const run = runs.find(({ runId }) => runId === row.runId);
  return (timeOf(row.presentAt) ?? 0) >= since || (timeOf(run?.finishedAt) ?? 0) >= since;
}
