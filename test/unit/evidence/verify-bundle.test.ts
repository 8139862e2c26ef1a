import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { expect, it } from 'vitest';
import { BUNDLE_LIMITS, evidenceBundle } from '../../../lib/evidence/evidence-bundle.ts';
import { type EvidencePart, missing } from '../../../lib/evidence/evidence-part.ts';
import { BundleError, READ_LIMITS } from '../../../lib/evidence/read-bundle.ts';
import { verifyBundle } from '../../../lib/evidence/verify-bundle.ts';
import { untar } from './untar.ts';

const ABOUT = {
  from: new Date('2026-11-01T00:00:00Z'),
  to: new Date('2026-12-01T00:00:00Z'),
  version: '1.2.3',
  limits: BUNDLE_LIMITS,
};
const LONG = `reports/${'long/'.repeat(30)}x.json`;
const PARTS: readonly EvidencePart[] = [
  { kind: 'file', path: 'runs/one/run.json', bytes: Buffer.from('{}') },
  missing('report x', 'its blob is gone'),
  {
    kind: 'archived',
    archive: {
      ...{ runId: 'one', container: 'c', blob: 'b', sha256: 'ab', bytes: 1, rows: 2 },
      archivedAt: '2026-11-25T08:00:00.000Z',
    },
  },
  { kind: 'file', path: LONG, bytes: Buffer.alloc(200_000, 'a') },
];

async function* each<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  yield* items;
}

let manifestSha256 = '';
const bundle = () =>
  evidenceBundle(each(PARTS), ABOUT, (summary) => {
    manifestSha256 = summary.manifestSha256;
  });

interface Entry {
  readonly header: Partial<Header> & { readonly name: string };
  readonly bytes?: Uint8Array | undefined;
}

async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const { header, bytes } of entries) tar.entry(header, Buffer.from(bytes ?? ''));
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

/** The bundle with files of other content, without some (undefined), or with more. */
async function changed(files: Readonly<Record<string, string | undefined>>): Promise<Buffer> {
  const all = new Map<string, Uint8Array | undefined>(await untar(bundle()));
  for (const [path, text] of Object.entries(files)) {
    all.set(path, text === undefined ? undefined : Buffer.from(text));
  }
  const kept = [...all].filter(([, bytes]) => bytes !== undefined);
  return tarOf(kept.map(([name, bytes]) => ({ header: { name }, bytes })));
}

const differences = async (files: Readonly<Record<string, string | undefined>>) => {
  const verified = await verifyBundle(each([await changed(files)]));
  return verified.differences.map(({ path, difference }) => `${difference} ${path}`);
};

it('finds a bundle as it was made without a difference', async () => {
  expect(await verifyBundle(bundle())).toEqual({
    files: 2,
    missing: 1,
    archived: 1,
    from: '2026-11-01T00:00:00.000Z',
    to: '2026-12-01T00:00:00.000Z',
    manifestSha256,
    differences: [],
  });
});

it('names each file that was changed, taken away or added', async () => {
  expect(await differences({ 'runs/one/run.json': '[]' })).toEqual(['changed runs/one/run.json']);
  expect(await differences({ 'runs/one/run.json': undefined })).toEqual([
    'absent runs/one/run.json',
  ]);
  expect(await differences({ 'runs/two/run.json': '{}' })).toEqual([
    'not-listed runs/two/run.json',
  ]);
  expect(await differences({ SHA256SUMS: 'x' })).toEqual(['changed SHA256SUMS']);
});

it.each<[string, Entry[], RegExp]>([
  ['a path that leads out', [{ header: { name: '../x' } }], /path that no bundle has/],
  ['an absolute path', [{ header: { name: '/etc/passwd' } }], /path that no bundle has/],
  ['a control character', [{ header: { name: 'a\u001b[2J' } }], /path that no bundle has/],
  ['a link', [{ header: { name: 'a', type: 'symlink', linkname: '/etc' } }], /has a symlink/],
  ['a hard link', [{ header: { name: 'a', type: 'link', linkname: 'b' } }], /has a link/],
  ['a folder', [{ header: { name: 'a', type: 'directory' } }], /has a directory/],
  ['a path twice', [{ header: { name: 'a' } }, { header: { name: 'a' } }], /has a twice/],
  ['no manifest', [{ header: { name: 'a' } }], /has no manifest\.json/],
  [
    'a manifest that is none',
    [{ header: { name: 'manifest.json' }, bytes: Buffer.from('{"version":2}') }],
    /manifest\.json that does not match/,
  ],
])('refuses an archive with %s', async (_, entries, says) => {
  const refused = verifyBundle(each([await tarOf(entries)]));

  await expect(refused).rejects.toThrow(BundleError);
  await expect(refused).rejects.toThrow(says);
});

it.each([
  ['of too many files', { mostFiles: 2 }, /more than 2 files/],
  ['with a too large file', { mostFileBytes: 1000 }, /file above 1000 bytes/],
  ['that is too large', { mostBytes: 1000 }, /more than 1000 bytes/],
  ['with a too large manifest', { mostKeptBytes: 10 }, /too large manifest/],
])('refuses an archive %s', async (_, limits, says) => {
  await expect(verifyBundle(bundle(), { ...READ_LIMITS, ...limits })).rejects.toThrow(says);
});

it('refuses an extended header that would fill the memory', async () => {
  const pax = { big: 'a'.repeat(1_500_000) };
  const archive = await tarOf([{ header: { name: 'a', pax } }]);

  await expect(verifyBundle(each([archive]))).rejects.toThrow('header that is too large');
});

it('refuses what is not gzip, is cut off or is no tar', async () => {
  const whole = await changed({});
  const cut = whole.subarray(0, whole.length / 2);

  await expect(verifyBundle(each([Buffer.from('hello')]))).rejects.toThrow('not gzip');
  await expect(verifyBundle(each([cut]))).rejects.toThrow('cut off');
  await expect(verifyBundle(each([gzipSync(Buffer.alloc(2048, 'x'))]))).rejects.toThrow(
    'not a valid tar',
  );
});

it('fails with the error of what it reads', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield (await changed({})).subarray(0, 100);
    throw new Error('the disk is gone');
  }

  await expect(verifyBundle(failing())).rejects.toThrow('the disk is gone');
});
