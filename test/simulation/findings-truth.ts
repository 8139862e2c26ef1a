import { Digest } from '../../lib/image/digest.ts';
import { ImageManifest } from '../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { INDEXES, indexKeys } from '../../lib/pipeline/stores/tables/index-rows.ts';
import { RecordTable } from '../../lib/pipeline/stores/tables/record-table.ts';
import { scanOf } from '../../lib/report/finding.ts';
import { parseTrivyReport } from '../../lib/report/trivy-report.ts';
import { vulnerabilitiesOf } from '../../lib/report/vulnerabilities.ts';
import { type Entity, TABLES } from '../../lib/storage/tables.ts';
import type { Backends } from './gates/gate.ts';
import { databaseOf, isOf, isPublished } from './inventory-truth.ts';
import type { Observer } from './observer.ts';
import type { Truth } from './truth.ts';
import { timeOf } from './watches/row-write.ts';

/**
 * Whether the rows of PatchwrightFindings are true: `open` is what the newest patch of the tag has, or
 * its image without a patch; `fixed` is what that patch lacks. A tag that two runs examined at once is
 * left out: the next run decides.
 */
export async function findingsLies(
  backends: Backends,
  { publishing }: Observer,
  truth: Truth,
): Promise<readonly string[]> {
  const [rows, targets, runs, tags] = [
    TABLES.findings,
    TABLES.targets,
    TABLES.runs,
    TABLES.inventory,
  ].map((table) => backends.tables.all(table).map(({ entity }) => entity));
  const faults: string[] = [];
  for (const tag of tags ?? []) {
    if (tag.kind !== 'tag') continue;
    const own = (rows ?? []).filter((row) => isOf(row, tag));
    const name = `${String(tag.repository)}:${String(tag.tag)}`;
    const scans = (targets ?? []).filter((one) => isOf(one, tag) && one.scannedAt !== undefined);
    if (await isUnsure(backends, tag)) continue;
    if (tag.present !== true) {
      const left = own.filter(({ state }) => state !== 'gone');
      if (left.length > 0) faults.push(`${name} is gone, and has findings`);
      continue;
    }
    if (tag.isPatch === true || tag.counts !== 'known' || overlap(scans, runs ?? [])) continue;
    // A patch from before the simulation is not what its tables say.
    const ofPatch = { ...tag, digest: tag.patchDigest ?? '' };
    if (tag.patchDigest !== '' && !isPublished(ofPatch, publishing.published)) continue;
    const known = { backends, truth, database: databaseOf(tag, targets ?? [], runs ?? []) };
    const source = await idsIn(known, tag.repository, tag.digest);
    const patch = await idsOfPatch(known, tag, { targets: targets ?? [], runs: runs ?? [] });
    if (source === undefined || patch === undefined) continue;
    const wanted = new Map<string, string>();
    for (const id of source) wanted.set(id, patch === 'none' || patch.has(id) ? 'open' : 'fixed');
    for (const id of patch === 'none' ? [] : patch) wanted.set(id, 'open');
    faults.push(...differences(own, wanted).map((what) => `${name}: ${what}`));
  }
  return faults;
}

function differences(
  rows: readonly Entity[],
  wanted: ReadonlyMap<string, string>,
): readonly string[] {
  const said = new Map(
    rows
      .filter(({ state }) => state !== 'gone')
      .map((row) => [
        String(row.vulnerability),
        row.state === 'open-no-fix' ? 'open' : String(row.state),
      ]),
  );
  return [...new Set([...said.keys(), ...wanted.keys()])]
    .filter((id) => said.get(id) !== wanted.get(id))
    .map((id) => `${id} is ${wanted.get(id) ?? 'gone'}, its row says ${said.get(id) ?? 'gone'}`);
}

/** A step crashed between two rows, and no step has repeated it. The next examination repairs them. */
async function isUnsure({ tables }: Backends, row: Entity): Promise<boolean> {
  const tag = { repository: RepositoryName.parse(row.repository), tag: Tag.parse(row.tag) };
  const index = await new RecordTable(tables, INDEXES).find(indexKeys(tag));
  return index !== undefined && index.pending.length > 0;
}

interface Known {
  readonly backends: Backends;
  readonly truth: Truth;
  readonly database: Digest | undefined;
}

async function idsOfPatch(
  known: Known,
  tag: Entity,
  rows: { readonly targets: readonly Entity[]; readonly runs: readonly Entity[] },
): Promise<ReadonlySet<string> | 'none' | undefined> {
  if (tag.patchDigest === '') return 'none';
  if (tag.patchCounts !== 'known') return undefined;
  const scan = { ...tag, scannedAt: tag.patchScannedAt ?? '' };
  const database = databaseOf(scan, rows.targets, rows.runs);
  return idsIn({ ...known, database }, tag.repository, tag.patchDigest);
}

async function idsIn(
  { backends, truth, database }: Known,
  repository: unknown,
  digest: unknown,
): Promise<ReadonlySet<string> | undefined> {
  const stored = await backends.registry.manifest(
    RepositoryName.parse(repository),
    Digest.parse(digest),
  );
  const manifest =
    stored && ImageManifest.safeParse(JSON.parse(Buffer.from(stored.bytes).toString()));
  if (manifest?.success !== true || database === undefined) return undefined;
  const layers = manifest.data.layers.map((layer) => layer.digest);
  const parsed = parseTrivyReport(Buffer.from(JSON.stringify(truth.report(layers, database))));
  if (!parsed.ok) throw new Error(parsed.fault);
  return new Set(vulnerabilitiesOf(scanOf(parsed.value).findings).map(({ id }) => id));
}

/** True if the run of the last scan and an earlier one were under way at once. */
function overlap(scans: readonly Entity[], runs: readonly Entity[]): boolean {
  const times = [...new Set(scans.map(({ partitionKey }) => partitionKey))]
    .map((id) => runs.find(({ runId }) => runId === id))
    .map((run) => ({ from: timeOf(run?.createdAt) ?? 0, to: timeOf(run?.finishedAt) ?? Infinity }))
    .sort((a, b) => a.from - b.from);
  const last = times.at(-1);
  return last !== undefined && times.slice(0, -1).some(({ to }) => to >= last.from);
}
