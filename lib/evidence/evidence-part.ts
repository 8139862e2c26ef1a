import type { ArchiveView } from '../history/archived-runs.ts';

/** A file of the bundle. */
export interface EvidenceFile {
  readonly kind: 'file';
  /** Relative, in lower case but for ids of runs, without `..`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Something that belongs into the bundle and is not there, for the manifest. */
export interface MissingEvidence {
  readonly kind: 'missing';
  /** What: `report team/api@sha256:…`, `policy of run …`. */
  readonly what: string;
  /** Why. */
  readonly why: string;
}

/** A run of the range whose rows are in an archive, for the manifest. */
export interface ArchivedEvidence {
  readonly kind: 'archived';
  readonly archive: ArchiveView;
}

export type EvidencePart = EvidenceFile | MissingEvidence | ArchivedEvidence;

export function missing(what: string, why: string): MissingEvidence {
  return { kind: 'missing', what, why };
}

/** Two blanks: people read these files too. */
export function jsonFile(path: string, value: unknown): EvidenceFile {
  return { kind: 'file', path, bytes: Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`) };
}

/** One item a line. */
export function linesFile(path: string, items: readonly unknown[]): EvidenceFile {
  const text = items.map((item) => `${JSON.stringify(item)}\n`).join('');
  return { kind: 'file', path, bytes: Buffer.from(text) };
}
