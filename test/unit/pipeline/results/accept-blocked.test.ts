import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { Tag } from '../../../../lib/image/reference.ts';
import type { BlockedPackage } from '../../../../lib/job/blocked-package.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { acceptBlocked } from '../../../../lib/pipeline/results/accept-blocked.ts';
import { bySource } from '../../../../lib/pipeline/targets/job-targets.ts';
import { fingerprint } from '../../../../lib/report/finding.ts';
import { debianReport } from '../../../pipeline/debian-report.ts';
import { aFinding } from '../../report/report-samples.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';
import { storeReport } from './report-blobs.ts';

const SOURCE = digestOf('source');
const PATCH = digestOf('patch');
const APT = fingerprint([aFinding({ package: 'apt', fixed: '1.1' })]);
const HELD: BlockedPackage = { package: 'libssl3', reason: 'held' };
const DOWN: BlockedPackage = { package: 'libssl3', reason: 'source-unreachable', detail: 'down' };

/** An image that is patched under these tags. Its apt and libssl3 have a fix. */
async function accept(
  blocked: readonly BlockedPackage[],
  ...tags: readonly (Partial<Target> & { readonly tag: Target['tag'] })[]
) {
  const world = new UnitWorld();
  await world.addRun();
  await storeReport(
    world,
    'before.json',
    debianReport([
      { id: 'CVE-1', package: 'apt', fixed: '1.1' },
      { id: 'CVE-2', package: 'libssl3', fixed: '1.1' },
      { id: 'CVE-3', package: 'zlib1g' },
    ]),
  );
  const targets = await world.addTargets(
    ...tags.map(({ tag, ...changes }) =>
      target('a', tag, {
        state: 'patching',
        job: 'patch-1',
        sourceDigest: SOURCE,
        fingerprint: 'all',
        reportBefore: 'before.json',
        ...changes,
      }),
    ),
  );
  const [image] = bySource(targets);
  if (image === undefined) throw new Error('there is no image');
  const accepted = await acceptBlocked(world.services, image, blocked);
  const rows = await Promise.all(targets.map((one) => world.targetAt(one)));
  return { accepted, left: accepted?.image.targets.map(({ tag }) => tag), rows };
}

const V1 = { tag: Tag.parse('v1') };
const V2 = { tag: Tag.parse('v2') };
const LAST = { attempts: 2 };
const PUBLISHED = {
  patches: [
    { tag: Tag.parse('v1-1'), digest: PATCH, sourceDigest: SOURCE, fingerprint: APT },
    { tag: Tag.parse('v1-2'), digest: PATCH, sourceDigest: SOURCE, fingerprint: 'other' },
  ],
};

it('accepts a patch that leaves out no package, without reading the report', async () => {
  const { accepted, left } = await accept([], { ...V1, reportBefore: 'absent.json' });

  expect(accepted?.partial).toBeUndefined();
  expect(left).toEqual(['v1']);
});

it('accepts a partial patch with the fingerprint of what it fixes', async () => {
  const { accepted, left } = await accept([HELD], V1, V2);

  expect(accepted?.partial).toEqual({ blocked: [HELD], fixedFingerprint: APT });
  expect(left).toEqual(['v1', 'v2']);
});

describe('a result that excludes too much', () => {
  const tooMany = Array.from({ length: 2000 }, (_, at): BlockedPackage => {
    return { package: `p${at}`, reason: 'held' };
  });

  it.each([
    ['every package', [HELD, { package: 'apt', reason: 'held' }]],
    ['more packages than a row can hold', tooMany],
  ] satisfies [string, BlockedPackage[]][])('costs an attempt: %s', async (what, blocked) => {
    const { accepted, rows } = await accept(blocked, V1, { ...V2, ...LAST });

    expect(accepted).toBeUndefined();
    expect(rows).toMatchObject([
      { state: 'patching', job: '', attempts: 1 },
      {
        state: 'failed',
        reason: 'result-invalid',
        detail: `the result excludes ${what} from the patch`,
      },
    ]);
  });
});

describe('a package source that is down', () => {
  it('is tried again while a target has attempts left', async () => {
    const { accepted, rows } = await accept([DOWN], V1);

    expect(accepted).toBeUndefined();
    expect(rows).toMatchObject([{ state: 'patching', job: '', attempts: 1 }]);
  });

  it('leads to a partial patch in the last attempt', async () => {
    const { accepted, left } = await accept([DOWN, HELD], V1, { ...V2, ...LAST });

    expect(left).toEqual(['v2']);
    expect(accepted?.partial?.fixedFingerprint).toBe(APT);
  });
});

describe('a target whose partial patch is published already', () => {
  it('ends already-patched, with what that patch leaves', async () => {
    const { accepted, rows } = await accept([HELD], { ...V1, ...PUBLISHED });

    expect(accepted).toBeUndefined();
    expect(rows).toMatchObject([
      {
        state: 'already-patched',
        detail: 'v1-1',
        patchTag: 'v1-1',
        patchDigest: PATCH,
        blocked: [HELD],
        fixedFingerprint: APT,
        earlierTag: 'v1-1',
        earlierHigh: 2,
        earlierFixable: 1,
      },
    ]);
  });

  it('leaves the patch to the other tags of the image', async () => {
    const { left } = await accept([HELD], { ...V1, ...PUBLISHED }, V2);

    expect(left).toEqual(['v2']);
  });
});
