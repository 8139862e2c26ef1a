import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { inTurn } from '../../../../lib/in-turn.ts';
import {
  type InventoryImage,
  unknownImage,
} from '../../../../lib/pipeline/records/inventory-image.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';
import { keptReportName } from '../../../../lib/pipeline/results/accepted-scans.ts';
import { earlierPatch } from '../../../../lib/pipeline/results/earlier-patch.ts';
import { fingerprint } from '../../../../lib/report/finding.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';
import { MemoryBlobs } from '../../../fakes/memory-blobs.ts';
import { debianReport } from '../../../pipeline/debian-report.ts';
import { aFinding, aScan } from '../../report/report-samples.ts';
import { storeReport } from './report-blobs.ts';

const SOURCE = digestOf('source');
const PATCH = digestOf('patch');
const RUN = RunId.parse('20261122T020000Z-7f3a');
const FIXABLE = aFinding({ package: 'apt', id: 'CVE-1', fixed: '1.1' });
const NEW = aFinding({ package: 'libssl3', id: 'CVE-2', fixed: '1.1', severity: 'low' });
const { fixed: _, ...UNFIXED } = aFinding({ package: 'zlib1g', id: 'CVE-3', severity: 'critical' });
const SCAN = aScan({ findings: [FIXABLE, NEW, UNFIXED] });

const NAMES = { earlierTag: '1.4-1', earlierDigest: PATCH };
const counts = (critical: number, high: number, low: number, fixable: number) => ({
  ...NAMES,
  earlierCritical: critical,
  earlierHigh: high,
  earlierMedium: 0,
  earlierLow: low,
  earlierUnknown: 0,
  earlierFixable: fixable,
});

const UNKNOWN = unknownImage({ repository: RepositoryName.parse('team/api'), digest: SOURCE });
const IMAGE = { ...UNKNOWN, newestPatch: PATCH, newestRun: RUN };

const APT = { id: 'CVE-1', package: 'apt', fixed: '1.1' };
const REPORTS = { before: debianReport([APT]), after: debianReport([]) };

function patch(fixed: readonly (typeof FIXABLE)[]) {
  const tag = Tag.parse('1.4-1');
  return { tag, digest: PATCH, sourceDigest: SOURCE, fingerprint: fingerprint(fixed) };
}

/** The columns for an earlier patch that fixed apt alone. */
async function columns(
  reports: { readonly before?: unknown; readonly after?: unknown },
  image: InventoryImage | undefined = IMAGE,
) {
  const blobs = new MemoryBlobs({ clock: new ManualClock() });
  for (const when of ['before', 'after'] as const) {
    const of = { runId: RUN, repository: 'team/api', digest: SOURCE, when };
    if (reports[when] !== undefined) {
      await storeReport({ blobs }, keptReportName(of), reports[when]);
    }
  }
  const services = { blobs, largeReports: inTurn() };
  return (await earlierPatch(services, patch([FIXABLE]), { scan: SCAN, image })).columns;
}

it('is nothing if there was no patch', async () => {
  const blobs = new MemoryBlobs({ clock: new ManualClock() });

  expect(
    await earlierPatch({ blobs, largeReports: inTurn() }, undefined, { scan: SCAN, image: IMAGE }),
  ).toEqual({ columns: {} });
});

it('has the findings without a fix if the patch fixes all that have one', async () => {
  const blobs = new MemoryBlobs({ clock: new ManualClock() });
  const known = patch([FIXABLE, NEW]);

  expect(
    await earlierPatch({ blobs, largeReports: inTurn() }, known, { scan: SCAN, image: undefined }),
  ).toMatchObject({ columns: counts(1, 0, 0, 0), findings: [{}] });
});

it('is counted by the reports of the run that made it', async () => {
  expect(await columns(REPORTS)).toEqual(counts(1, 0, 1, 1));
});

it.each([
  ['the inventory knows no patch of the image', REPORTS, UNKNOWN],
  ['it is not the newest patch', REPORTS, { ...IMAGE, newestPatch: digestOf('newer') }],
  ['the report of the source was deleted', { after: REPORTS.after }, IMAGE],
  ['the report of the patch was deleted', { before: REPORTS.before }, IMAGE],
  ['the report of the source is broken', { ...REPORTS, before: '{' }, IMAGE],
  ['the report of the patch is broken', { ...REPORTS, after: '{' }, IMAGE],
])('has no numbers if %s', async (_name, reports, image) => {
  expect(await columns(reports, image)).toEqual(NAMES);
});
