import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { MAX_FINDINGS } from '../../../../lib/job/job-file.ts';
import { assess } from '../../../../lib/pipeline/results/assess.ts';
import { fingerprint } from '../../../../lib/report/finding.ts';
import { aFinding, aScan } from '../../report/report-samples.ts';

type Facts = Parameters<typeof assess>[0];

const NOW = new Date('2026-11-30T02:00:00Z');
const LATER = new Date('2026-11-30T22:00:00Z');
const TOOLS = 'patchwright/worker-patch@sha256:1';
const OUTDATED = aScan({ findings: [aFinding()] });
const WANTED = fingerprint([aFinding()]);
const MANY = Array.from({ length: 10 }, (_, at) => ({ name: `package-${at}`, version: '1' }));

/** A Debian image with one fixable finding and nothing that keeps it from being patched. */
function facts(changes: Partial<Facts> = {}): Facts {
  return {
    scan: OUTDATED,
    advisoryPlatforms: ['debian 12'],
    trivy: '0.74.0',
    databaseFault: undefined,
    patches: [],
    siblingPatches: [],
    claims: [],
    blocking: undefined,
    tagFault: undefined,
    tagDetail: undefined,
    image: undefined,
    tools: TOOLS,
    noBuilder: undefined,
    dryRun: false,
    retry: false,
    now: NOW,
    ...changes,
  };
}

function aPatch(changes: { readonly tag?: string; readonly fingerprint?: string } = {}) {
  return {
    tag: Tag.parse(changes.tag ?? '1.4-1'),
    digest: digestOf('patch'),
    sourceDigest: digestOf('source'),
    fingerprint: changes.fingerprint ?? WANTED,
  };
}

/** The inventory's record after a patch for these findings failed. */
function failedImage(changes: Partial<NonNullable<Facts['image']>> = {}) {
  return {
    repository: RepositoryName.parse('team/api'),
    digest: digestOf('source'),
    claimedBy: '' as const,
    patchDigests: [],
    failures: 1,
    failedFingerprint: WANTED,
    failedTools: TOOLS,
    retryAfter: LATER,
    ...changes,
  };
}

function outcomeOf(changes: Partial<Facts>) {
  const assessment = assess(facts(changes));
  return assessment.next === 'end' ? assessment.outcome : assessment.next;
}

describe('an image that cannot be assessed', () => {
  it('is skipped if the scan found no operating system', () => {
    const { os: _, ...scan } = OUTDATED;

    expect(outcomeOf({ scan })).toEqual({
      state: 'skipped',
      reason: 'unsupported-os',
      detail: 'the scan found no operating system',
    });
  });

  it('is skipped if its system is end-of-life, even without advisories or findings', () => {
    const scan = aScan({ os: { family: 'debian', name: '9.13', endOfLife: true } });

    expect(outcomeOf({ scan })).toEqual({
      state: 'skipped',
      reason: 'end-of-life',
      detail: expect.stringContaining('debian 9.13'),
    });
  });

  it('is skipped if the database has no advisories for its system, even without findings', () => {
    expect(outcomeOf({ scan: aScan(), advisoryPlatforms: ['debian 11', 'alpine 3.20'] })).toEqual({
      state: 'skipped',
      reason: 'no-advisory-data',
      detail:
        'the database has no advisories for debian 12.5: it is newer than the database; its newest is debian 11 (Trivy 0.74.0, 108 days old)',
    });
  });

  it('is skipped if no package of it is covered by advisories', () => {
    const packages = [{ name: 'apt', version: '1', thirdParty: true as const }];

    expect(outcomeOf({ scan: aScan({ packages }) })).toMatchObject({
      state: 'skipped',
      reason: 'no-advisory-data',
      detail: expect.stringContaining('none of its 1 packages'),
    });
    expect(outcomeOf({ scan: aScan({ packages: [] }) })).toMatchObject({
      state: 'skipped',
      reason: 'no-advisory-data',
      detail: 'the scan found no package',
    });
  });

  it('is skipped and not clean if the database is too old', () => {
    const databaseFault = 'the database is 635 days old';

    expect(outcomeOf({ scan: aScan(), databaseFault })).toEqual({
      state: 'skipped',
      reason: 'database-too-old',
      detail: databaseFault,
    });
    expect(outcomeOf({ databaseFault })).toBe('patch');
  });

  it('is skipped if a vendor fixes its packages under its own versions', () => {
    const labels = ['com.docker.dhi.name'];
    const wolfi = { family: 'wolfi', name: '20230201', endOfLife: false };

    expect(outcomeOf({ scan: aScan({ findings: [aFinding()], labels }) })).toEqual({
      state: 'skipped',
      reason: 'vendor-maintained',
      detail: expect.stringContaining('Docker fixes its packages'),
    });
    expect(outcomeOf({ scan: aScan({ labels, packages: MANY }) })).toEqual({ state: 'clean' });
    expect(
      outcomeOf({
        scan: aScan({ findings: [aFinding()], os: wolfi }),
        advisoryPlatforms: ['wolfi'],
      }),
    ).toMatchObject({ reason: 'vendor-maintained' });
  });

  it('says of a clean image which of its packages are covered', () => {
    const packages = [
      { name: 'apt', version: '1' },
      { name: 'nodejs', version: '1', thirdParty: true as const },
    ];

    expect(outcomeOf({ scan: aScan({ packages }) })).toEqual({
      state: 'clean',
      detail: expect.stringContaining('1 of 2 packages are covered'),
    });
  });

  it('is skipped if neither the database nor the patching tool knows its system', () => {
    const scan = aScan({ os: { family: 'plan9', name: '1', endOfLife: false } });

    expect(outcomeOf({ scan })).toEqual({
      state: 'skipped',
      reason: 'unsupported-os',
      detail: expect.stringContaining('plan9'),
    });
  });
});

describe('an image whose system the database knows', () => {
  it('is clean without a finding', () => {
    const scan = aScan({ packages: MANY });

    expect(assess(facts({ scan }))).toEqual({ next: 'end', outcome: { state: 'clean' } });
  });

  it('is clean with a word of caution if the scan found fewer than ten packages', () => {
    expect(outcomeOf({ scan: aScan() })).toEqual({
      state: 'clean',
      detail: expect.stringContaining('fewer than ten packages (3)'),
    });
  });

  it('is clean without a finding even if it has no package manager', () => {
    const scan = aScan({ packages: [{ name: 'openssl', version: '1' }] });

    expect(outcomeOf({ scan })).toMatchObject({ state: 'clean' });
  });

  it('is skipped if no finding has a fix', () => {
    const { fixed: _, ...unfixed } = aFinding();

    expect(outcomeOf({ scan: aScan({ findings: [unfixed], packages: MANY }) })).toEqual({
      state: 'skipped',
      reason: 'no-fix-available',
    });
  });

  it('is skipped if it has findings but no package manager', () => {
    const packages = [{ name: 'openssl', version: '1' }];

    expect(outcomeOf({ scan: { ...OUTDATED, packages } })).toEqual({
      state: 'skipped',
      reason: 'unsupported-os',
      detail: expect.stringContaining('dpkg'),
    });
  });

  it.each([
    [MAX_FINDINGS, 'patch'],
    [
      MAX_FINDINGS + 1,
      {
        state: 'failed',
        reason: 'report-invalid',
        detail: `${MAX_FINDINGS + 1} fixable findings; a job can have ${MAX_FINDINGS}`,
      },
    ],
  ])('with %d fixable findings ends as %o', (count, expected) => {
    const findings = Array.from({ length: count }, (_, at) => aFinding({ id: `CVE-${at}` }));

    expect(outcomeOf({ scan: aScan({ findings }) })).toEqual(expected);
  });

  it('is patched for the findings that have a fix', () => {
    const { fixed: _, ...unfixed } = aFinding({ package: 'curl' });
    const scan = aScan({ findings: [aFinding(), unfixed] });

    expect(assess(facts({ scan }))).toEqual({ next: 'patch', fingerprint: WANTED });
  });
});

describe('an image that was patched before', () => {
  it('ends already-patched if a patch under its own tags fixes the same findings', () => {
    const old = aPatch({ tag: '1.4-1', fingerprint: 'other' });
    const known = aPatch({ tag: '1.4-2' });

    expect(assess(facts({ patches: [old, known] }))).toEqual({
      next: 'end',
      outcome: { state: 'already-patched', detail: '1.4-2' },
      known,
    });
  });

  it('is patched again if its patches fix other findings', () => {
    expect(outcomeOf({ patches: [aPatch({ fingerprint: 'other' })] })).toBe('patch');
  });

  it('ends already-patched even if a new patch could not be made now', () => {
    const image = failedImage();
    const hindrances = {
      image,
      tagFault: 'tag-limit',
      noBuilder: 'chroot refused',
      dryRun: true,
    } as const;

    expect(outcomeOf({ patches: [aPatch()], ...hindrances })).toMatchObject({
      state: 'already-patched',
    });
  });

  it("verifies and publishes another tag's patch instead of making a second one", () => {
    const { tag: _, ...patch } = aPatch();
    const other = { ...patch, fingerprint: 'other', digest: digestOf('other') };

    expect(assess(facts({ siblingPatches: [other, patch] }))).toEqual({
      next: 'verify',
      fingerprint: WANTED,
      patch,
      claimed: false,
    });
  });

  it("ignores another tag's patch that fixes other findings", () => {
    expect(outcomeOf({ siblingPatches: [aPatch({ fingerprint: 'other' })] })).toBe('patch');
  });
});

describe('an image whose patch failed before', () => {
  it('waits until its back-off ends', () => {
    expect(outcomeOf({ image: failedImage() })).toEqual({
      state: 'waiting',
      reason: 'backing-off',
      detail: 'until 2026-11-30T22:00:00.000Z',
    });
  });

  it('is retried at once if the run requests it', () => {
    expect(outcomeOf({ image: failedImage(), retry: true })).toBe('patch');
  });

  it.each([
    ['at the end of its back-off', { retryAfter: NOW }],
    ['if no back-off is known', { retryAfter: undefined }],
    ['if it has other findings now', { failedFingerprint: 'other' }],
    ['if the tools changed', { failedTools: 'patchwright/worker-patch@sha256:0' }],
  ])('is tried again %s', (_, changes) => {
    expect(outcomeOf({ image: failedImage(changes) })).toBe('patch');
  });
});

describe('an image whose last patch left packages as they were', () => {
  const partial = 'the findings that the patch fixed';
  const image = failedImage({ partialFingerprint: partial });

  it('ends already-patched during its back-off if a tag has that patch', () => {
    const other = aPatch({ tag: '1.4-1', fingerprint: 'other' });
    const known = aPatch({ tag: '1.4-2', fingerprint: partial });

    expect(assess(facts({ image, patches: [other, known] }))).toEqual({
      next: 'end',
      outcome: { state: 'already-patched', detail: '1.4-2' },
      known,
    });
  });

  it('is patched during its back-off for a tag without that patch', () => {
    expect(outcomeOf({ image, patches: [aPatch({ fingerprint: 'other' })] })).toBe('patch');
  });

  it('is patched anew when its back-off has ended', () => {
    const patches = [aPatch({ fingerprint: partial })];

    expect(outcomeOf({ image: { ...image, retryAfter: NOW }, patches })).toBe('patch');
  });
});

describe('an image that needs a patch', () => {
  it('is skipped if there is no tag for its patch', () => {
    expect(outcomeOf({ tagFault: 'tag-ambiguous', tagDetail: '1.4-7 is not ours' })).toEqual({
      state: 'skipped',
      reason: 'tag-ambiguous',
      detail: '1.4-7 is not ours',
    });
  });

  it('is only planned in a dry run, even without a builder', () => {
    expect(outcomeOf({ dryRun: true, noBuilder: 'chroot refused' })).toEqual({
      state: 'planned',
      reason: 'dry-run',
    });
  });

  it('is skipped in a dry run if there is no tag for its patch', () => {
    expect(outcomeOf({ dryRun: true, tagFault: 'tag-limit' })).toStrictEqual({
      state: 'skipped',
      reason: 'tag-limit',
    });
  });

  it('fails without a builder even if another tag has its patch', () => {
    expect(outcomeOf({ noBuilder: 'chroot refused', siblingPatches: [aPatch()] })).toEqual({
      state: 'failed',
      reason: 'no-builder',
      detail: 'chroot refused',
    });
  });

  it('verifies the newest image that claims to be this patch, even if its own could get no tag', () => {
    const [old, newest, other] = [
      { ...aPatch(), digest: digestOf('old') },
      { ...aPatch(), digest: digestOf('newest') },
      aPatch({ fingerprint: 'other' }),
    ];
    const claims = [old, newest, other];

    expect(assess(facts({ claims, tagFault: 'tag-ambiguous' }))).toEqual({
      next: 'verify',
      fingerprint: WANTED,
      patch: newest,
      claimed: true,
    });
    expect(outcomeOf({ claims: [other] })).toBe('patch');
    expect(outcomeOf({ claims, dryRun: true })).toMatchObject({ state: 'planned' });
  });

  it('verifies the claim under its floating tag for whatever findings that one was made', () => {
    const blocking = aPatch({ fingerprint: 'older' });
    const blocked = { blocking, tagFault: 'tag-ambiguous' } as const;

    expect(assess(facts(blocked))).toEqual({
      next: 'verify',
      fingerprint: WANTED,
      patch: blocking,
      claimed: true,
    });
    expect(assess(facts({ ...blocked, claims: [aPatch()] }))).toMatchObject({
      patch: { fingerprint: WANTED },
    });
    expect(outcomeOf({ ...blocked, siblingPatches: [aPatch()] })).toMatchObject({
      reason: 'tag-ambiguous',
    });
    expect(outcomeOf({ ...blocked, dryRun: true })).toMatchObject({ state: 'planned' });
  });

  it('prefers a patch of ours to an image that claims to be one', () => {
    const siblingPatches = [aPatch()];

    expect(assess(facts({ claims: [aPatch()], siblingPatches }))).toMatchObject({ claimed: false });
  });

  it('is skipped if it is probably a patch of another image itself', () => {
    const fault = { tagFault: 'patched-elsewhere', tagDetail: 'a patch of v1' } as const;

    expect(outcomeOf({ ...fault, claims: [aPatch()] })).toEqual({
      state: 'skipped',
      reason: 'patched-elsewhere',
      detail: 'a patch of v1',
    });
    expect(outcomeOf({ ...fault, scan: aScan() })).toMatchObject({ state: 'clean' });
  });

  it('is skipped for its back-off before its tag is considered', () => {
    expect(outcomeOf({ image: failedImage(), tagFault: 'tag-limit' })).toMatchObject({
      reason: 'backing-off',
    });
  });
});
