import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import * as z from 'zod';
import {
  BUNDLE_LIMITS,
  type EvidenceSummary,
  EvidenceTooLargeError,
  evidenceBundle,
} from '../../../lib/evidence/evidence-bundle.ts';
import { type EvidencePart, missing } from '../../../lib/evidence/evidence-part.ts';
import { untar } from './untar.ts';

const ABOUT = {
  from: new Date('2026-11-01T00:00:00Z'),
  to: new Date('2026-12-01T00:00:00Z'),
  version: '1.2.3',
  limits: BUNDLE_LIMITS,
};
const ARCHIVE = {
  ...{ runId: '20260823T020000Z-14f7', container: 'patchwright-archive', blob: 'runs/x.jsonl.gz' },
  ...{ sha256: 'ab'.repeat(32), bytes: 1, rows: 2, archivedAt: '2026-11-25T08:00:00.000Z' },
};
const PARTS: readonly EvidencePart[] = [
  { kind: 'file', path: 'runs/one/run.json', bytes: Buffer.from('{}') },
  missing('report x', 'its blob is gone'),
  { kind: 'archived', archive: ARCHIVE },
  { kind: 'file', path: `reports/${'long/'.repeat(30)}x.json`, bytes: Buffer.alloc(300_000, 'a') },
];
const Manifest = z.object({
  from: z.string(),
  files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
  missing: z.array(z.object({ what: z.string(), why: z.string() })),
  archived: z.array(z.object({ runId: z.string() }).loose()),
});

it('has every file with its hash in the manifest, and what is missing with the reason', async () => {
  const { files, summary } = await made(PARTS);
  const manifest = Manifest.parse(JSON.parse(`${files.get('manifest.json')}`));

  expect(manifest.from).toBe('2026-11-01T00:00:00.000Z');
  expect(manifest.missing).toEqual([{ what: 'report x', why: 'its blob is gone' }]);
  expect(manifest.archived).toEqual([ARCHIVE]);
  expect(manifest.files.map(({ path }) => path)).toEqual([...files.keys()].slice(0, -2));
  for (const { path, bytes, sha256 } of manifest.files) {
    expect([files.get(path)?.length, hashOf(files.get(path))]).toEqual([bytes, sha256]);
  }
  expect(summary).toEqual({
    files: 2,
    missing: manifest.missing,
    archived: [ARCHIVE],
    manifestSha256: hashOf(files.get('manifest.json')),
  });
});

it('ends with a list that sha256sum checks, the manifest included', async () => {
  const { files } = await made(PARTS);
  const lines = `${files.get('SHA256SUMS')}`.trimEnd().split('\n');

  expect([...files.keys()].at(-1)).toBe('SHA256SUMS');
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    const [hash, path = ''] = line.split('  ');
    expect(hash).toBe(hashOf(files.get(path)));
  }
});

it('is the same, byte by byte, for the same parts', async () => {
  const [one, other] = await Promise.all([bytesOf(PARTS), bytesOf(PARTS)]);
  expect(one.equals(other)).toBe(true);
});

it.each([
  ['bytes', { ...BUNDLE_LIMITS, mostBytes: 1000 }],
  ['files', { ...BUNDLE_LIMITS, mostFiles: 2 }],
])('fails if it has more %s than its limit', async (_, limits) => {
  const bundle = evidenceBundle(each(PARTS), { ...ABOUT, limits }, () => undefined);
  await expect(untar(bundle)).rejects.toThrow(EvidenceTooLargeError);
});

it('fails if two files have one path, of which sha256sum would find one only', async () => {
  const bundle = evidenceBundle(each([...PARTS, ...PARTS]), ABOUT, () => undefined);
  await expect(untar(bundle)).rejects.toThrow('two files are named runs/one/run.json');
});

it('fails with the error of what it reads', async () => {
  async function* failing(): AsyncGenerator<EvidencePart> {
    yield* PARTS;
    throw new Error('storage does not answer');
  }
  const bundle = evidenceBundle(failing(), ABOUT, () => undefined);
  await expect(untar(bundle)).rejects.toThrow('storage does not answer');
});

async function made(parts: readonly EvidencePart[]) {
  let summary: EvidenceSummary | undefined;
  const bundle = evidenceBundle(each(parts), ABOUT, (told) => {
    summary = told;
  });
  return { files: await untar(bundle), summary };
}

async function bytesOf(parts: readonly EvidencePart[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const bundle = evidenceBundle(each(parts), ABOUT, () => undefined);
  for await (const chunk of bundle) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* each(parts: readonly EvidencePart[]): AsyncGenerator<EvidencePart> {
  yield* parts;
}

function hashOf(bytes: Uint8Array | undefined): string {
  return createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');
}
