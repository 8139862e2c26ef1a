import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Digest, digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import type {
  ManifestAttributes,
  Registry,
  TagAttributes,
} from '../../../lib/registry/registry.ts';
import { seedImage } from '../../fakes/registry/seed-image.ts';

export interface RegistryFixture {
  /** The registry as the app uses it. */
  readonly registry: Registry;
  /** The registry as a holder of this token uses it. */
  withToken(token: string): Registry;
  setWritable(repository: RepositoryName, tag: Tag, writable: boolean): Promise<void>;
  refuseMounts(refused: boolean): void;
  /** Advances the registry's clock. */
  pass(time: { readonly seconds: number }): void;
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
const ABSENT = digestOf('absent bytes');
const OCI = MediaType.ociManifest;

const bytesOf = (text: string) => Buffer.from(text);
const tagOf = (text: string) => Tag.parse(text);

function byTime(one: Date | undefined, other: Date | undefined): number {
  return (one?.getTime() ?? 0) - (other?.getTime() ?? 0);
}

function secondsBetween(earlier: Date | undefined, later: Date | undefined): number {
  if (earlier === undefined || later === undefined) throw new Error('the registry gives no time');
  return (later.getTime() - earlier.getTime()) / 1000;
}

async function holdsBlob(
  registry: Registry,
  repository: RepositoryName,
  digest: Digest,
): Promise<boolean> {
  return (await registry.blob(repository, digest, 4 * MIB)) !== undefined;
}

/** The contract of `Registry`, for every adapter and the fake. */
export function describeRegistry(name: string, make: () => Promise<RegistryFixture>): void {
  describe(`${name} as a registry`, () => {
    let fixture: RegistryFixture;
    let registry: Registry;
    let repository: RepositoryName;
    beforeAll(async () => {
      fixture = await make();
      registry = fixture.registry;
    });
    beforeEach(() => {
      repository = newRepository();
    });
    afterAll(() => fixture?.close());

    const newRepository = () => RepositoryName.parse(`team/r-${randomUUID()}`);

    describe('a list of manifests', () => {
      async function listed(): Promise<ManifestAttributes[]> {
        const all: ManifestAttributes[] = [];
        let after: Digest | undefined;
        do {
          const page = await registry.listManifests(
            repository,
            after === undefined ? {} : { after },
          );
          all.push(...(page?.manifests ?? []));
          after = page?.next;
        } while (after !== undefined);
        return all;
      }

      it('is undefined if the repository does not exist', async () => {
        expect(await registry.listManifests(repository)).toBeUndefined();
      });

      it('contains tagged and untagged manifests once each, in digest order', async () => {
        const tagged = await seedImage(registry, { repository, tags: [tagOf('a'), tagOf('b')] });
        const moved = await seedImage(registry, { repository, tags: [tagOf('c')], layers: ['1'] });
        const last = await seedImage(registry, { repository, tags: [tagOf('c')], layers: ['2'] });

        const digests = (await listed()).map(({ digest }) => digest);

        expect(digests).toEqual([tagged, moved, last].map(({ digest }) => digest).sort());
      });

      it('contains the time when a manifest was last put', async () => {
        await seedImage(registry, { repository, layers: ['1'] });
        fixture.pass({ seconds: 90 });
        await seedImage(registry, { repository, layers: ['2'] });

        const times = (await listed()).map(({ updatedAt }) => updatedAt).sort(byTime);

        expect(Math.round(secondsBetween(times[0], times[1]) / 10)).toBe(9);
      });

      it('does not contain deleted manifests', async () => {
        const kept = await seedImage(registry, { repository, layers: ['1'] });
        const gone = await seedImage(registry, { repository, layers: ['2'] });

        await registry.deleteManifest(repository, gone.digest);

        expect((await listed()).map(({ digest }) => digest)).toEqual([kept.digest]);
      });
    });

    describe('tags', () => {
      async function allTags(): Promise<TagAttributes[]> {
        const all: TagAttributes[] = [];
        let after: Tag | undefined;
        do {
          const page = await registry.listTags(repository, after === undefined ? {} : { after });
          all.push(...(page?.tags ?? []));
          after = page?.next;
        } while (after !== undefined);
        return all;
      }

      it('returns undefined for a missing repository', async () => {
        const page = await registry.listTags(repository);

        expect(page).toBeUndefined();
      });

      it('returns undefined for a repository with blobs but no manifest', async () => {
        await registry.putBlob(repository, digestOf('blob'), bytesOf('blob'));

        const page = await registry.listTags(repository);

        expect(page).toBeUndefined();
      });

      it('lists every tag once, in byte order, over several pages', async () => {
        // More than the 500 that the adapter requests per page.
        const names = Array.from({ length: 550 }, (_, index) => `v${index}`);
        const tags = [...names, 'B', 'a', '_', '1.0', '1-0'].map(tagOf);
        const { digest } = await seedImage(registry, { repository });
        const manifest = await registry.manifest(repository, digest);
        if (manifest === undefined) throw new Error('the image was not stored');
        await Promise.all(tags.map((tag) => registry.putManifest(repository, tag, manifest)));

        const listed = await allTags();

        const expected = [...tags].sort((a, b) => (a < b ? -1 : 1));
        expect(listed).toMatchObject(expected.map((tag) => ({ tag, digest })));
        expect(listed).toHaveLength(expected.length);
      });

      it('continues after a tag that was deleted in between', async () => {
        await seedImage(registry, { repository, tags: ['a', 'c'].map(tagOf) });

        const page = await registry.listTags(repository, { after: tagOf('b') });

        expect(page?.tags.map(({ tag }) => tag)).toEqual(['c']);
      });

      it('returns the times when a tag was created and last put, in the list and for one tag', async () => {
        const [tag, other] = [tagOf('v1'), tagOf('v2')];
        await seedImage(registry, { repository, tags: [tag, other] });
        const before = await registry.tag(repository, tag);
        fixture.pass({ seconds: 60 });
        await seedImage(registry, { repository, tags: [tag], layers: ['another'] });

        const after = await registry.tag(repository, tag);
        const page = await registry.listTags(repository);

        expect(before?.updatedAt).toEqual(before?.createdAt);
        expect(after?.createdAt).toEqual(before?.createdAt);
        expect(secondsBetween(before?.updatedAt, after?.updatedAt)).toBeGreaterThanOrEqual(60);
        expect(page?.tags).toEqual([after, await registry.tag(repository, other)]);
      });

      it('updates the time of a tag that is put again with the same bytes', async () => {
        const tags = [tagOf('v1')];
        await seedImage(registry, { repository, tags });
        const before = await registry.tag(repository, tagOf('v1'));
        fixture.pass({ seconds: 60 });

        await seedImage(registry, { repository, tags });

        const after = await registry.tag(repository, tagOf('v1'));
        expect(after?.digest).toBe(before?.digest);
        expect(secondsBetween(before?.updatedAt, after?.updatedAt)).toBeGreaterThanOrEqual(60);
      });

      it('returns undefined for a missing tag', async () => {
        await seedImage(registry, { repository, tags: [tagOf('v1')] });

        const found = await registry.tag(repository, tagOf('v2'));

        expect(found).toBeUndefined();
      });
    });

    describe('manifests', () => {
      it('returns the exact bytes, by tag and by digest', async () => {
        const { digest } = await seedImage(registry, { repository, tags: [tagOf('v1')] });

        const byTag = await registry.manifest(repository, tagOf('v1'));
        const byDigest = await registry.manifest(repository, digest);

        expect(byTag).toEqual(byDigest);
        expect(byTag?.digest).toBe(digest);
        expect(digestOf(byTag?.bytes ?? bytesOf(''))).toBe(digest);
        expect(byTag?.mediaType).toBe(OCI);
      });

      it('keeps the media type of a Docker image', async () => {
        await seedImage(registry, { repository, tags: [tagOf('v1')], mediaTypes: 'docker' });

        const found = await registry.manifest(repository, tagOf('v1'));

        expect(found?.mediaType).toBe(MediaType.dockerManifest);
      });

      it.each([
        ['tag', tagOf('v2')],
        ['digest', ABSENT],
      ])('returns undefined for an absent %s', async (_, reference) => {
        await seedImage(registry, { repository, tags: [tagOf('v1')] });

        const found = await registry.manifest(repository, reference);

        expect(found).toBeUndefined();
      });

      it('moves a tag that is put again', async () => {
        const first = await seedImage(registry, { repository, tags: [tagOf('v1')] });
        const second = await seedImage(registry, {
          repository,
          tags: [tagOf('v1')],
          layers: ['another'],
        });

        const now = await registry.tag(repository, tagOf('v1'));
        const old = await registry.manifest(repository, first.digest);

        expect(now?.digest).toBe(second.digest);
        expect(old?.digest).toBe(first.digest);
      });

      it('refuses to move a locked tag', async () => {
        const { digest } = await seedImage(registry, { repository, tags: [tagOf('v1')] });
        await fixture.setWritable(repository, tagOf('v1'), false);

        const pushing = seedImage(registry, { repository, tags: [tagOf('v1')], layers: ['new'] });

        await expect(pushing).rejects.toMatchObject({ code: 'locked' });
        expect(await registry.tag(repository, tagOf('v1'))).toMatchObject({ digest, locked: true });
        const listed = await registry.listTags(repository);
        expect(listed?.tags).toMatchObject([{ tag: 'v1', locked: true }]);
        await fixture.setWritable(repository, tagOf('v1'), true);
        expect(await registry.tag(repository, tagOf('v1'))).not.toHaveProperty('locked');
      });

      it('refuses a manifest whose layer is missing in the repository', async () => {
        const { manifest } = await seedImage(registry, { repository, tags: [tagOf('v1')] });
        const elsewhere = newRepository();
        const bytes = bytesOf(JSON.stringify(manifest));

        const putting = registry.putManifest(elsewhere, tagOf('v1'), { bytes, mediaType: OCI });

        await expect(putting).rejects.toMatchObject({ code: 'invalid' });
        expect(await registry.manifest(elsewhere, tagOf('v1'))).toBeUndefined();
      });

      it('refuses an index with a missing manifest', async () => {
        const entry = { mediaType: OCI, digest: ABSENT, size: 2 };
        const index = { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests: [entry] };
        const bytes = bytesOf(JSON.stringify(index));

        const putting = registry.putManifest(repository, tagOf('v1'), {
          bytes,
          mediaType: MediaType.ociIndex,
        });

        await expect(putting).rejects.toMatchObject({ code: 'invalid' });
      });

      it.each([
        ['text that is not JSON', 'not json', OCI],
        ['an unknown media type', '{}', 'application/vnd.unknown+json'],
        ['another media type inside', `{"schemaVersion":2,"mediaType":"x"}`, OCI],
      ])('refuses %s as a manifest', async (_, text, mediaType) => {
        const bytes = bytesOf(text);

        const putting = registry.putManifest(repository, tagOf('v1'), { bytes, mediaType });

        await expect(putting).rejects.toMatchObject({ code: 'invalid' });
      });

      it('refuses bytes that do not match their digest', async () => {
        const bytes = bytesOf('{}');

        const putting = registry.putManifest(repository, ABSENT, { bytes, mediaType: OCI });

        await expect(putting).rejects.toMatchObject({ code: 'digest-mismatch' });
      });

      it('accepts a manifest of 4 MiB and refuses one byte more', async () => {
        const { manifest } = await seedImage(registry, { repository, tags: [tagOf('v1')] });
        const padded = (size: number) => {
          const text = JSON.stringify({ ...manifest, annotations: { pad: '' } });
          return bytesOf(text.replace('"pad":""', `"pad":"${'x'.repeat(size - text.length)}"`));
        };
        const put = (bytes: Buffer) =>
          registry.putManifest(repository, tagOf('big'), { bytes, mediaType: OCI });

        const digest = await put(padded(4 * MIB));
        const refused = put(padded(4 * MIB + 1));

        await expect(refused).rejects.toMatchObject({ code: 'too-large' });
        const found = await registry.manifest(repository, tagOf('big'));
        expect([found?.digest, found?.bytes.byteLength]).toEqual([digest, 4 * MIB]);
      });
    });

    describe('deletion', () => {
      it('removes a manifest and its tags and can be repeated', async () => {
        const { digest } = await seedImage(registry, { repository, tags: ['a', 'b'].map(tagOf) });
        const kept = await seedImage(registry, {
          repository,
          tags: [tagOf('kept')],
          layers: ['x'],
        });

        await registry.deleteManifest(repository, digest);
        await registry.deleteManifest(repository, digest);

        const page = await registry.listTags(repository);
        expect(page?.tags.map(({ tag }) => tag)).toEqual(['kept']);
        expect(await registry.manifest(repository, digest)).toBeUndefined();
        expect(await registry.manifest(repository, kept.digest)).toBeDefined();
      });

      it('removes the repository with its last manifest', async () => {
        const { digest } = await seedImage(registry, { repository, tags: [tagOf('v1')] });

        await registry.deleteManifest(repository, digest);

        expect(await registry.listTags(repository)).toBeUndefined();
      });

      it('does nothing in a repository that never existed', async () => {
        const deleting = registry.deleteManifest(repository, ABSENT);

        await expect(deleting).resolves.toBeUndefined();
      });

      it('fails if a tag of the manifest is locked', async () => {
        const { digest } = await seedImage(registry, { repository, tags: [tagOf('v1')] });
        await fixture.setWritable(repository, tagOf('v1'), false);

        const deleting = registry.deleteManifest(repository, digest);

        await expect(deleting).rejects.toMatchObject({ code: 'locked' });
        expect(await registry.manifest(repository, digest)).toBeDefined();
      });
    });

    describe('blobs', () => {
      const content = 'the layer';
      const digest = digestOf(content);

      it('returns the stored bytes, whole and as a stream', async () => {
        await registry.putBlob(repository, digest, bytesOf(content));

        const whole = await registry.blob(repository, digest, 100);
        const chunks: Uint8Array[] = [];
        for await (const chunk of (await registry.openBlob(repository, digest)) ?? []) {
          chunks.push(chunk);
        }

        expect(Buffer.from(whole ?? []).toString()).toBe(content);
        expect(Buffer.concat(chunks).toString()).toBe(content);
        expect(await holdsBlob(registry, repository, digest)).toBe(true);
      });

      it('accepts the same blob twice', async () => {
        await registry.putBlob(repository, digest, bytesOf(content));

        const again = registry.putBlob(repository, digest, bytesOf(content));

        await expect(again).resolves.toBeUndefined();
      });

      it('does not find a blob of another repository', async () => {
        await registry.putBlob(newRepository(), digest, bytesOf(content));

        expect(await holdsBlob(registry, repository, digest)).toBe(false);
        expect(await registry.blob(repository, digest, 100)).toBeUndefined();
        expect(await registry.openBlob(repository, digest)).toBeUndefined();
      });

      it('refuses bytes that do not match their digest', async () => {
        const putting = registry.putBlob(repository, ABSENT, bytesOf(content));

        await expect(putting).rejects.toMatchObject({ code: 'digest-mismatch' });
        expect(await holdsBlob(registry, repository, ABSENT)).toBe(false);
      });

      it('returns a blob as large as the limit and refuses a larger one', async () => {
        await registry.putBlob(repository, digest, bytesOf(content));

        const fits = await registry.blob(repository, digest, content.length);
        const tooLarge = registry.blob(repository, digest, content.length - 1);

        await expect(tooLarge).rejects.toMatchObject({ code: 'too-large' });
        expect(fits?.byteLength).toBe(content.length);
      });

      it('lets a reader of the stream stop early', async () => {
        const large = Buffer.alloc(3 * MIB, 'x');
        await registry.putBlob(repository, digestOf(large), large);

        let seen = 0;
        for await (const chunk of (await registry.openBlob(repository, digestOf(large))) ?? []) {
          seen += chunk.byteLength;
          break;
        }

        expect(seen).toBeGreaterThan(0);
        expect(seen).toBeLessThan(large.byteLength);
        expect(await holdsBlob(registry, repository, digestOf(large))).toBe(true);
      });
    });

    describe('sharing blobs', () => {
      const large = Buffer.alloc(2 * MIB, 'layer ');
      const digest = digestOf(large);
      let source: RepositoryName;
      beforeEach(async () => {
        source = newRepository();
        await registry.putBlob(source, digest, large);
      });
      const share = (wanted: Digest) =>
        registry.shareBlob({ from: source, to: repository, digest: wanted });

      it('mounts a blob and does nothing if it already exists', async () => {
        const first = await share(digest);
        const second = await share(digest);

        expect([first, second]).toEqual(['mounted', 'present']);
        expect(await holdsBlob(registry, repository, digest)).toBe(true);
      });

      it('copies a blob if the registry answers a mount with an upload', async () => {
        fixture.refuseMounts(true);

        const how = await share(digest).finally(() => fixture.refuseMounts(false));

        const copy = await registry.blob(repository, digest, large.byteLength);
        expect(how).toBe('copied');
        expect(copy && digestOf(copy)).toBe(digest);
      });

      it('fails if the source lacks the blob', async () => {
        const sharing = share(ABSENT);

        await expect(sharing).rejects.toMatchObject({ code: 'invalid' });
        expect(await holdsBlob(registry, repository, ABSENT)).toBe(false);
      });
    });

    describe('referrers', () => {
      it('returns an empty list for a digest without referrers', async () => {
        expect(await registry.referrers(repository, ABSENT)).toEqual([]);
      });

      it('lists exactly the referrers, with type and annotations', async () => {
        const image = await seedImage(registry, { repository, tags: [tagOf('v1')] });
        const other = await seedImage(registry, {
          repository,
          tags: [tagOf('v2')],
          layers: ['x'],
        });
        const refer = (artifactType: string, subject = image.descriptor) =>
          seedImage(registry, {
            repository,
            artifactType,
            subject,
            annotations: { kind: artifactType },
          });
        const vex = await refer('application/vnd.openvex+json');
        const report = await refer('application/vnd.test.report+json');
        await refer('application/vnd.openvex+json', other.descriptor);

        const found = await registry.referrers(repository, image.digest);

        const seen = found.map(({ digest, artifactType, annotations }) => ({
          digest,
          artifactType,
          annotations,
        }));
        const expected = [
          ['application/vnd.openvex+json', vex] as const,
          ['application/vnd.test.report+json', report] as const,
        ].map(([artifactType, { digest }]) => ({
          digest,
          artifactType,
          annotations: { kind: artifactType },
        }));
        expect(seen).toHaveLength(2);
        expect(seen).toEqual(expect.arrayContaining(expected));
      });

      it('lists a referrer whose subject does not exist yet', async () => {
        const subject = { mediaType: OCI, digest: ABSENT, size: 10 };
        const { digest } = await seedImage(registry, { repository, subject });

        const found = await registry.referrers(repository, ABSENT);

        expect(found.map((entry) => entry.digest)).toEqual([digest]);
      });
    });

    describe('a token', () => {
      let image: Awaited<ReturnType<typeof seedImage>>;
      const layer = digestOf('one layer');
      beforeEach(async () => {
        image = await seedImage(registry, { repository, tags: [tagOf('v1')] });
      });
      async function holding(
        actions: readonly ('pull' | 'push' | 'delete')[],
        on = repository,
      ): Promise<Registry> {
        const { token } = await registry.mintToken([{ repository: on, actions }]);
        return fixture.withToken(token);
      }

      it('is new each time and has an expiry', async () => {
        const mint = () => registry.mintToken([{ repository, actions: ['pull'] }]);

        const [first, second] = [await mint(), await mint()];

        expect(first.token).not.toBe(second.token);
        expect(first.expiresAt.getTime()).toBeGreaterThan(0);
      });

      it('with pull can read manifests and blobs of its repository', async () => {
        const worker = await holding(['pull']);

        expect(await worker.manifest(repository, tagOf('v1'))).toBeDefined();
        expect(await holdsBlob(worker, repository, layer)).toBe(true);
        expect(await worker.blob(repository, layer, 100)).toBeDefined();
        expect(await worker.referrers(repository, image.digest)).toEqual([]);
      });

      it('with pull can push or share nothing into its repository, and delete nothing', async () => {
        const worker = await holding(['pull']);
        const bytes = bytesOf(JSON.stringify(image.manifest));
        const refused = { code: 'denied' };

        await expect(worker.putBlob(repository, digestOf('x'), bytesOf('x'))).rejects.toMatchObject(
          refused,
        );
        await expect(
          worker.putManifest(repository, tagOf('v2'), { bytes, mediaType: OCI }),
        ).rejects.toMatchObject(refused);
        const sharing = worker.shareBlob({ from: newRepository(), to: repository, digest: ABSENT });
        await expect(sharing).rejects.toMatchObject(refused);
        await expect(worker.deleteManifest(repository, image.digest)).rejects.toMatchObject(
          refused,
        );
        expect(await registry.tag(repository, tagOf('v2'))).toBeUndefined();
        expect(await registry.manifest(repository, image.digest)).toBeDefined();
      });

      it('for one repository can read neither manifests nor blobs of another', async () => {
        const worker = await holding(['pull'], newRepository());

        await expect(worker.manifest(repository, tagOf('v1'))).rejects.toMatchObject({
          code: 'denied',
        });
        await expect(worker.blob(repository, layer, 100)).rejects.toMatchObject({
          code: 'denied',
        });
      });

      it('with push on a target and pull on a source can share only between them, and push only to the target', async () => {
        const target = newRepository();
        const { token } = await registry.mintToken([
          { repository: target, actions: ['pull', 'push'] },
          { repository, actions: ['pull'] },
        ]);
        const worker = fixture.withToken(token);

        const shared = await worker.shareBlob({ from: repository, to: target, digest: layer });
        const elsewhere = worker.shareBlob({
          from: repository,
          to: newRepository(),
          digest: layer,
        });

        expect(shared).toBe('mounted');
        await expect(elsewhere).rejects.toMatchObject({ code: 'denied' });
        const pushing = worker.putBlob(repository, digestOf('x'), bytesOf('x'));
        await expect(pushing).rejects.toMatchObject({ code: 'denied' });
      });

      it('with delete can delete a manifest, but neither read nor push', async () => {
        const worker = await holding(['delete']);

        await expect(worker.manifest(repository, tagOf('v1'))).rejects.toMatchObject({
          code: 'denied',
        });
        await expect(worker.putBlob(repository, digestOf('x'), bytesOf('x'))).rejects.toMatchObject(
          { code: 'denied' },
        );
        await worker.deleteManifest(repository, image.digest);

        expect(await registry.manifest(repository, image.digest)).toBeUndefined();
      });

      it('that was not issued is refused', async () => {
        const stranger = fixture.withToken('not.a.token');

        await expect(stranger.manifest(repository, tagOf('v1'))).rejects.toMatchObject({
          code: 'unauthorized',
        });
      });
    });
  });
}
