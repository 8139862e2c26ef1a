import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Blobs, CONTAINERS } from '../../../lib/storage/blobs.ts';

/** The service's response to a request that has only a signed URL. */
export interface Answer {
  readonly status: number;
  readonly code?: string | undefined;
}

export interface BlobsFixture {
  readonly blobs: Blobs;
  /** The same in an account without containers. */
  readonly unprovisioned: Blobs;
  /** A time relative to the fixture's clock, in seconds; negative for the past. */
  fromNow(seconds: number): Date;
  put(url: string, bytes: Uint8Array): Promise<Answer>;
  get(url: string): Promise<Answer>;
}

const { results, reports } = CONTAINERS;
const bytesOf = (text: string) => new TextEncoder().encode(text);
const TOO_LARGE = { found: false, why: 'too-large' };
/** The first is Azure's code, the second the emulator's. Neither means a refused overwrite. */
const NOT_AUTHENTICATED = {
  status: 403,
  code: expect.stringMatching(/^(?:AuthenticationFailed|AuthorizationFailure)$/),
};
const ABSENT = { found: false, why: 'absent' };

/** The contract of `Blobs`, for every adapter and the fake. */
export function describeBlobs(name: string, make: () => Promise<BlobsFixture>): void {
  describe(`${name} as blobs`, () => {
    let fixture: BlobsFixture;
    let blobs: Blobs;
    beforeAll(async () => {
      fixture = await make();
      blobs = fixture.blobs;
    });

    const newName = () => `run-1/${randomUUID()}/result.json`;
    const create = (blob: string, text: string) =>
      blobs.create(results, blob, bytesOf(text), 'application/json');
    const newUrl = (blob: string, seconds = 3600) =>
      blobs.createOnlyUrl(results, blob, fixture.fromNow(seconds));

    it('reads a created blob, only in its own container', async () => {
      const blob = newName();

      const created = await create(blob, '{"ключ":1}');

      expect(created).toBe('created');
      const read = await blobs.read(results, blob, 1000);
      expect(read).toEqual({ found: true, bytes: bytesOf('{"ключ":1}') });
      expect(await blobs.read(reports, blob, 1000)).toEqual(ABSENT);
    });

    it('does not overwrite an existing blob', async () => {
      const blob = newName();
      await create(blob, 'first');

      const second = await create(blob, 'second');

      expect(second).toBe('exists');
      expect(await blobs.read(results, blob, 1000)).toEqual({
        found: true,
        bytes: bytesOf('first'),
      });
    });

    it('creates a blob once if many callers create it at the same time', async () => {
      const blob = newName();

      const outcomes = await Promise.all(
        Array.from({ length: 6 }, (_, writer) => create(blob, String(writer))),
      );

      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    });

    it('keeps the written bytes if the caller changes its buffer afterwards', async () => {
      const blob = newName();
      const bytes = bytesOf('kept');
      await blobs.create(results, blob, bytes, 'text/plain');

      bytes.fill(0);
      const first = await blobs.read(results, blob, 1000);
      if (first.found) first.bytes.fill(0);

      const read = await blobs.read(results, blob, 1000);
      expect(read).toEqual({ found: true, bytes: bytesOf('kept') });
    });

    it('reads a blob of exactly the allowed size and refuses one byte more', async () => {
      const blob = newName();
      await create(blob, '12345');

      const reads = [await blobs.read(results, blob, 5), await blobs.read(results, blob, 4)];

      expect(reads).toEqual([{ found: true, bytes: bytesOf('12345') }, TOO_LARGE]);
    });

    it('reads an empty blob', async () => {
      const blob = newName();
      await create(blob, '');

      const read = await blobs.read(results, blob, 0);

      expect(read).toEqual({ found: true, bytes: new Uint8Array() });
    });

    it('reads a blob of megabytes unchanged', async () => {
      const blob = newName();
      const bytes = Uint8Array.from({ length: 5_000_000 }, (_, at) => (at * 7919) % 251);
      await blobs.create(reports, blob, bytes, 'application/octet-stream');

      const read = await blobs.read(reports, blob, bytes.length);

      expect(read.found && Buffer.compare(read.bytes, bytes)).toBe(0);
    });

    it('deletes a blob, and does nothing if it is absent', async () => {
      const blob = newName();
      await create(blob, 'x');

      await blobs.delete(results, blob);
      await blobs.delete(results, blob);

      expect(await blobs.read(results, blob, 1000)).toEqual(ABSENT);
    });

    it('signs a URL with which one PUT creates the blob', async () => {
      const blob = newName();
      const url = await newUrl(blob);

      const first = await fixture.put(url, bytesOf('from the group'));
      const second = await fixture.put(url, bytesOf('another'));

      expect(first).toMatchObject({ status: 201 });
      expect(second).toEqual({ status: 403, code: 'AuthorizationPermissionMismatch' });
      const read = await blobs.read(results, blob, 1000);
      expect(read).toEqual({ found: true, bytes: bytesOf('from the group') });
    });

    it('signs a URL that can’t overwrite a blob of the app', async () => {
      const blob = newName();
      const url = await newUrl(blob);
      await create(blob, 'ours');

      const put = await fixture.put(url, bytesOf('theirs'));

      expect(put.status).toBe(403);
    });

    it('signs a URL that can’t read', async () => {
      const blob = newName();
      const url = await newUrl(blob);
      await fixture.put(url, bytesOf('secret'));

      const got = await fixture.get(url);

      expect(got).toMatchObject({ status: 403, code: 'AuthorizationPermissionMismatch' });
    });

    it('signs a URL that reads one blob of the app, and changes nothing', async () => {
      const blob = newName();
      await create(blob, 'ours');
      const url = await blobs.readOnlyUrl(results, blob, fixture.fromNow(3600));

      const got = await fixture.get(url);
      const put = await fixture.put(url, bytesOf('theirs'));
      const other = await fixture.get(url.replace('/result.json', '/other.json'));

      expect(got).toMatchObject({ status: 200 });
      expect(put).toMatchObject({ status: 403, code: 'AuthorizationPermissionMismatch' });
      expect(other).toEqual(NOT_AUTHENTICATED);
    });

    it('signs a URL that stops reading after its expiry', async () => {
      const blob = newName();
      await create(blob, 'ours');

      const got = await fixture.get(await blobs.readOnlyUrl(results, blob, fixture.fromNow(-60)));

      expect(got).toEqual(NOT_AUTHENTICATED);
    });

    it('signs a URL that works for no other blob', async () => {
      const url = await newUrl('run-1/mine/result.json');

      const put = await fixture.put(url.replace('/mine/', '/theirs/'), bytesOf('x'));

      expect(put).toEqual(NOT_AUTHENTICATED);
    });

    it('signs a URL whose expiry can’t be changed', async () => {
      const url = new URL(await newUrl(newName()));
      url.searchParams.set('se', `${fixture.fromNow(86_400).toISOString().slice(0, 19)}Z`);

      const put = await fixture.put(url.href, bytesOf('x'));

      expect(put).toEqual(NOT_AUTHENTICATED);
    });

    it('signs a URL that stops working after its expiry', async () => {
      const url = await newUrl(newName(), -60);

      const put = await fixture.put(url, bytesOf('x'));

      expect(put).toEqual(NOT_AUTHENTICATED);
    });

    it('signs a URL that can create the blob again after a deletion', async () => {
      const blob = newName();
      const url = await newUrl(blob);
      await fixture.put(url, bytesOf('first'));
      await blobs.delete(results, blob);

      const put = await fixture.put(url, bytesOf('second'));

      expect(put.status).toBe(201);
    });

    it.each([
      ['empty', ''],
      ['a parent folder', 'a/../b'],
      ['a hidden first segment', '.a'],
      ['a last dot', 'a.'],
      ['an empty segment', 'a//b'],
      ['a leading slash', '/a'],
      ['a backslash', 'a\\b'],
      ['a question mark', 'a?sig=x'],
      ['a percent sign', 'a%2Fb'],
      ['a line break', 'a\nb'],
      ['too many characters', 'a'.repeat(1025)],
    ])('refuses a name with %s in every operation', async (_what, blob) => {
      const attempts = await Promise.allSettled([
        blobs.read(results, blob, 10),
        create(blob, 'x'),
        newUrl(blob),
        blobs.delete(results, blob),
      ]);

      const codes = attempts.map((result) => result.status === 'rejected' && result.reason.code);
      expect(codes).toEqual(['invalid', 'invalid', 'invalid', 'invalid']);
    });

    it('accepts every character that a name may have', async () => {
      const blob = `${randomUUID()}/A-z_0.9/_x-`;

      await fixture.put(await newUrl(blob), bytesOf('x'));

      const read = await blobs.read(results, blob, 10);
      expect(read.found).toBe(true);
    });

    it('reports a missing container', async () => {
      const nowhere = fixture.unprovisioned;

      const attempts = await Promise.allSettled([
        nowhere.read(results, 'a', 10),
        nowhere.create(results, 'a', bytesOf('x'), 'text/plain'),
        nowhere.delete(results, 'a'),
      ]);

      const codes = attempts.map((result) => result.status === 'rejected' && result.reason.code);
      expect(codes).toEqual(['not-provisioned', 'not-provisioned', 'not-provisioned']);
    });
  });
}
