import type { ArchiveView } from '../history/archived-runs.ts';
import { sha256Hex } from '../image/digest.ts';
import { type EvidencePart, jsonFile, type MissingEvidence } from './evidence-part.ts';
import type { EvidenceRange } from './evidence-range.ts';
import { type TarEntry, tarGz } from './tar-gz.ts';

/** What a bundle has, for people. */
export interface EvidenceSummary {
  readonly files: number;
  readonly missing: readonly Omit<MissingEvidence, 'kind'>[];
  /** Runs whose rows are in archives, which the bundle does not have. */
  readonly archived: readonly ArchiveView[];
  /** SHA-256 of `manifest.json`, which has the hash of every other file. */
  readonly manifestSha256: string;
}

/** The bundle is larger than its limit. */
export class EvidenceTooLargeError extends Error {}

const TOO_LARGE = 'the bundle is larger than its limit';

interface Limits {
  readonly mostFiles: number;
  /** Of the files, uncompressed. */
  readonly mostBytes: number;
}

/** For files: the manifest is in memory, some 200 bytes for each of them. */
export const BUNDLE_LIMITS: Limits = { mostFiles: 200_000, mostBytes: Number.POSITIVE_INFINITY };

/**
 * The parts as a tar.gz, piece by piece. Its last files are `manifest.json`, with the SHA-256 of each
 * file, everything that is missing and the archives of old runs, and `SHA256SUMS` for `sha256sum --check`. Equal parts give equal
 * bytes. Throws `EvidenceTooLargeError`, and an error if two files have one path.
 */
export function evidenceBundle(
  parts: AsyncIterable<EvidencePart>,
  about: EvidenceRange & { readonly version: string; readonly limits: Limits },
  tell: (summary: EvidenceSummary) => void,
): AsyncGenerator<Uint8Array> {
  return tarGz(entriesOf(parts, about, tell));
}

async function* entriesOf(
  parts: AsyncIterable<EvidencePart>,
  { from, to, version, limits }: Parameters<typeof evidenceBundle>[1],
  tell: (summary: EvidenceSummary) => void,
): AsyncGenerator<TarEntry> {
  const files: { path: string; bytes: number; sha256: string }[] = [];
  const missing: Omit<MissingEvidence, 'kind'>[] = [];
  const archived: ArchiveView[] = [];
  const paths = new Set<string>();
  let total = 0;
  for await (const part of parts) {
    if (part.kind === 'missing') {
      missing.push({ what: part.what, why: part.why });
      continue;
    }
    if (part.kind === 'archived') {
      archived.push(part.archive);
      if (archived.length > limits.mostFiles) throw new EvidenceTooLargeError(TOO_LARGE);
      continue;
    }
    const { path, bytes } = part;
    if (paths.has(path)) throw new Error(`two files are named ${path}`);
    paths.add(path);
    files.push({ path, bytes: bytes.length, sha256: sha256Hex(bytes) });
    total += bytes.length;
    if (total > limits.mostBytes || files.length + missing.length > limits.mostFiles) {
      throw new EvidenceTooLargeError(TOO_LARGE);
    }
    yield { path, bytes };
  }
  const range = { from: from.toISOString(), to: to.toISOString() };
  const made = { version: 1, madeBy: `patchwright/${version}`, ...range };
  const manifest = jsonFile('manifest.json', { ...made, files, missing, archived });
  const manifestSha256 = sha256Hex(manifest.bytes);
  yield manifest;
  const sums = [...files, { path: manifest.path, sha256: manifestSha256 }];
  const text = sums.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
  yield { path: 'SHA256SUMS', bytes: Buffer.from(text) };
  tell({ files: files.length, missing, archived, manifestSha256 });
}
