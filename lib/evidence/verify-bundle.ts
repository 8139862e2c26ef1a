import * as z from 'zod';
import { sha256Hex } from '../image/digest.ts';
import { items } from '../json/items.ts';
import { readJson } from '../json/read-json.ts';
import { BUNDLE_LIMITS } from './evidence-bundle.ts';
import {
  BundleError,
  type FoundFile,
  READ_LIMITS,
  type ReadLimits,
  readBundle,
} from './read-bundle.ts';

export type Difference = 'changed' | 'absent' | 'not-listed';

export interface Verification {
  /** Files that the manifest lists. */
  readonly files: number;
  /** What the manifest says is missing. */
  readonly missing: number;
  /** Runs whose rows are in archives, which are not in the bundle. */
  readonly archived: number;
  /** When the runs were due, as the manifest says. */
  readonly from: string;
  readonly to: string;
  readonly manifestSha256: string;
  readonly differences: readonly { readonly path: string; readonly difference: Difference }[];
}

const MANIFEST = 'manifest.json';
const SUMS = 'SHA256SUMS';
const MOST = BUNDLE_LIMITS.mostFiles;

const Listed = z.object({
  path: z.string().max(1000),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const Manifest = z.object({
  version: z.literal(1),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  files: items(Listed, { most: MOST }),
  missing: items(z.object({ what: z.string(), why: z.string() }), { most: MOST }),
  /** Bundles of earlier versions lack it. */
  archived: items(z.object({ runId: z.string() }), { most: MOST }).default([]),
});
const JSON_LIMITS = {
  maxBytes: READ_LIMITS.mostKeptBytes,
  maxDepth: 5,
  maxContainers: 2 * MOST,
  maxValues: 10 * MOST,
};

/** Compares each file of a bundle with the manifest in it. Throws `BundleError`. */
export async function verifyBundle(
  chunks: AsyncIterable<Uint8Array>,
  limits: ReadLimits = READ_LIMITS,
): Promise<Verification> {
  const { files, kept } = await readBundle(chunks, [MANIFEST, SUMS], limits);
  const bytes = kept.get(MANIFEST);
  if (bytes === undefined) throw new BundleError(`has no ${MANIFEST}`);
  const parsed = readJson(Manifest, bytes, JSON_LIMITS);
  if (!parsed.ok) throw new BundleError(`has a ${MANIFEST} that ${parsed.fault}`);
  const { from, to, missing, archived, files: listed } = parsed.value;
  const manifestSha256 = sha256Hex(bytes);
  const sums = [...listed, { path: MANIFEST, sha256: manifestSha256 }];
  const text = sums.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
  const expected = [
    ...listed,
    { path: SUMS, bytes: Buffer.byteLength(text), sha256: sha256Hex(text) },
  ];
  return {
    files: listed.length,
    missing: missing.length,
    archived: archived.length,
    from,
    to,
    manifestSha256,
    differences: differencesOf(expected, files),
  };
}

function differencesOf(
  expected: readonly z.infer<typeof Listed>[],
  found: ReadonlyMap<string, FoundFile>,
): Verification['differences'] {
  const paths = new Set([MANIFEST, ...expected.map(({ path }) => path)]);
  const listed = expected.flatMap(({ path, bytes, sha256 }): Verification['differences'] => {
    const file = found.get(path);
    if (file === undefined) return [{ path, difference: 'absent' }];
    if (file.bytes === bytes && file.sha256 === sha256) return [];
    return [{ path, difference: 'changed' }];
  });
  const others = [...found.keys()].filter((path) => !paths.has(path));
  return [...listed, ...others.map((path) => ({ path, difference: 'not-listed' as const }))];
}
