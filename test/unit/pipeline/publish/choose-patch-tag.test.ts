import { beforeEach, describe, expect, it } from 'vitest';
import { Annotation } from '../../../../lib/image/annotations.ts';
import { type Digest, digestOf, sha256Hex } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { TagConvention } from '../../../../lib/image/tag-convention.ts';
import { choosePatchTag } from '../../../../lib/pipeline/publish/choose-patch-tag.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';
import { type Target, targetIdOf } from '../../../../lib/pipeline/records/target.ts';
import { tableStores } from '../../../../lib/pipeline/stores/tables/table-stores.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';
import { MemoryRegistry } from '../../../fakes/memory-registry.ts';
import { MemoryTables } from '../../../fakes/memory-tables.ts';
import { seedImage } from '../../../fakes/registry/seed-image.ts';
import { newRun } from '../new-run.ts';

const RUN = RunId.parse('20261123T020000Z-7f3a');
const NOW = new Date('2026-11-23T02:10:00Z');
const REPOSITORY = RepositoryName.parse('team/api');
const BASE = Tag.parse('1.4');
const SOURCE = digestOf('source');

let registry: MemoryRegistry;
let stores: ReturnType<typeof tableStores>;

beforeEach(() => {
  registry = new MemoryRegistry({ clock: new ManualClock(), pageSize: 2 });
  stores = tableStores(new MemoryTables());
});

/** Pushes a patch, as an earlier run that recorded it. */
async function pushPatch(
  tag: string | undefined,
  patch: { readonly source?: Digest; readonly fingerprint?: string } = {},
): Promise<Digest> {
  const digest = await pushClaim(tag, patch);
  const source = { repository: REPOSITORY, digest: patch.source ?? SOURCE };
  await stores.inventory.rememberPatches(source, [digest]);
  return digest;
}

/** Pushes an image with the annotations of a patch. */
async function pushClaim(
  tag: string | undefined,
  patch: { readonly source?: Digest; readonly fingerprint?: string } = {},
): Promise<Digest> {
  const { digest } = await seedImage(registry, {
    repository: REPOSITORY,
    tags: tag === undefined ? [] : [Tag.parse(tag)],
    layers: [`patch ${tag}`],
    annotations: {
      [Annotation.sourceRepository]: REPOSITORY,
      [Annotation.sourceDigest]: patch.source ?? SOURCE,
      [Annotation.fingerprint]: sha256Hex(patch.fingerprint ?? 'earlier'),
    },
  });
  return digest;
}

async function pushImage(tag: string): Promise<void> {
  await seedImage(registry, { repository: REPOSITORY, tags: [Tag.parse(tag)], layers: [tag] });
}

function target(changes: Partial<Target> = {}): Target {
  return {
    id: targetIdOf(REPOSITORY, BASE),
    runId: RUN,
    repository: REPOSITORY,
    tag: BASE,
    state: 'publishing',
    sourceDigest: SOURCE,
    fingerprint: sha256Hex('wanted'),
    patches: [],
    job: 'publish-1',
    round: 1,
    attempts: 0,
    discoveredAt: NOW,
    ...changes,
  };
}

const choose = (changes: Partial<Target> = {}) =>
  choosePatchTag({ registry, ...stores }, RUN, target(changes), BASE);

async function startRun(tagConvention: TagConvention): Promise<void> {
  await stores.runs.start(newRun({ id: RUN, tagConvention }));
}

describe('the number of a patch tag', () => {
  it('is 1 in a repository that has no patch or does not exist', async () => {
    expect(await choose()).toEqual({ ok: true, tag: '1.4-1' });
    await pushImage('1.4');
    expect(await choose()).toEqual({ ok: true, tag: '1.4-1' });
  });

  it('is one above the highest number on any page of the tag list', async () => {
    for (const tag of ['1.4', '1.5', '1.6']) await pushImage(tag);
    for (const tag of ['1.4-1', '1.4-2', '1.4-9', '1.4-10']) await pushPatch(tag);

    expect(await choose()).toEqual({ ok: true, tag: '1.4-11' });
  });

  it('does not depend on patches of other tags', async () => {
    await pushPatch('1.4-1-7');
    await pushPatch('1.5-7');

    expect(await choose()).toEqual({ ok: true, tag: '1.4-1' });
  });
});

it('reads no manifest of a tag of another base', async () => {
  await pushClaim('1.5-7', { fingerprint: 'wanted' });
  await pushImage('1.4');
  const read: string[] = [];
  const manifest = registry.manifest.bind(registry);
  registry.manifest = async (repository, reference) => {
    read.push(reference);
    return manifest(repository, reference);
  };

  expect(await choose()).toEqual({ ok: true, tag: '1.4-1' });
  expect(read).toEqual([]);
});

it("follows the run's tag convention", async () => {
  await startRun('floating');
  await pushPatch('1.4-1');
  await pushPatch('1.4-patched');

  expect(await choose()).toEqual({ ok: true, tag: '1.4-patched' });
});

it('follows a template, whose numbers are its own', async () => {
  await pushPatch('1.4-7');
  await pushPatch('1.4-p007');

  const tagConvention = TagConvention.parse('{tag}-p{nnn}');

  expect(await choose({ tagConvention })).toEqual({ ok: true, tag: '1.4-p008' });
});

describe('choosePatchTag', () => {
  it('chooses no tag if a tag of that form is not our patch', async () => {
    await pushPatch('1.4-1');
    await pushImage('1.4-2');

    expect(await choose()).toEqual({
      ok: false,
      outcome: {
        state: 'skipped',
        reason: 'tag-ambiguous',
        detail: expect.stringContaining('1.4-2'),
      },
      changes: {},
    });
  });

  it('chooses no tag if a tag of that form is not a patch and the source is unknown', async () => {
    await pushImage('1.4-1');

    expect(await choose({ sourceDigest: undefined, fingerprint: undefined })).toMatchObject({
      ok: false,
      outcome: { reason: 'tag-ambiguous' },
    });
  });

  it('chooses a number above an image that only claims to be this patch', async () => {
    await pushPatch('1.4-1');
    await pushClaim('1.4-2', { fingerprint: 'wanted' });

    expect(await choose()).toEqual({ ok: true, tag: '1.4-3' });
  });

  it('never replaces an image that only claims to be a patch', async () => {
    await startRun('floating');
    await pushClaim('1.4-patched');

    expect(await choose()).toMatchObject({ ok: false, outcome: { reason: 'tag-ambiguous' } });
  });

  it('chooses the tag under which the verified image already is', async () => {
    const staged = await pushClaim('1.4-2', { fingerprint: 'wanted' });

    expect(await choose({ staged, claimed: true })).toEqual({ ok: true, tag: '1.4-2' });
  });

  it('does not choose the tag of another image for a verified claim', async () => {
    await pushClaim('1.4-1', { fingerprint: 'wanted' });
    const staged = await pushClaim('1.4-2', { fingerprint: 'wanted' });

    expect(await choose({ staged, claimed: true })).toEqual({ ok: true, tag: '1.4-2' });
  });

  it('chooses no tag if another run has published the same image for this base', async () => {
    const staged = await pushPatch('1.4-1', { fingerprint: 'wanted' });
    await pushPatch('1.4-2', { fingerprint: 'newer' });

    expect(await choose({ staged })).toEqual({
      ok: false,
      outcome: { state: 'already-patched', detail: '1.4-1' },
      changes: { patchTag: '1.4-1', patchDigest: staged },
    });
  });

  it('chooses no tag if a tag of this base has the same patch', async () => {
    await pushPatch('1.4-1');
    const patchDigest = await pushPatch('1.4-2', { fingerprint: 'wanted' });

    expect(await choose()).toEqual({
      ok: false,
      outcome: { state: 'already-patched', detail: '1.4-2' },
      changes: { patchTag: '1.4-2', patchDigest },
    });
  });

  it.each([
    ['another source', { source: digestOf('another'), fingerprint: 'wanted' }],
    ['other findings', { fingerprint: 'other' }],
  ])('chooses a tag beside a patch of %s', async (_, patch) => {
    await pushPatch('1.4-1', patch);

    expect(await choose()).toEqual({ ok: true, tag: '1.4-2' });
  });

  it('chooses no tag for a partial patch if a patch fixes the same findings', async () => {
    const earlier = await pushPatch('1.4-1', { fingerprint: 'fixed' });
    await pushPatch(undefined, { fingerprint: 'something else' });

    const choice = await choose({ fixedFingerprint: sha256Hex('fixed') });

    expect(choice).toMatchObject({
      ok: false,
      outcome: { state: 'already-patched', detail: '1.4-1' },
      changes: { patchDigest: earlier },
    });
  });

  it('chooses no tag if the inventory knows another patch for the same findings, even untagged', async () => {
    await pushPatch('1.5-1');
    const other = await pushPatch(undefined, { fingerprint: 'wanted' });

    expect(await choose()).toEqual({
      ok: false,
      outcome: { state: 'already-patched', detail: other },
      changes: { patchDigest: other },
    });
    expect(await choose({ staged: other })).toEqual({ ok: true, tag: '1.4-1' });
  });

  it('ignores the known patches if the source of the target is unknown', async () => {
    await pushPatch(undefined, { fingerprint: 'wanted' });

    expect(await choose({ sourceDigest: undefined })).toEqual({ ok: true, tag: '1.4-1' });
  });
});
