import type { Reason } from '../../../lib/pipeline/records/reasons.ts';

/** What may make an image end otherwise than in calm, by its reason: the places of such faults. */
const EXPLANATIONS: Readonly<Partial<Record<Reason, readonly string[]>>> = {
  'group-lost': ['group', 'arm'],
  'registry-error': ['registry'],
  'storage-error': ['blob', 'table', 'queue'],
  'database-unavailable': ['registry'],
  'tool-failed': ['registry'],
  'buildkit-unavailable': ['group'],
  'result-invalid': ['blob', 'group'],
};

export interface EndedImage {
  readonly image: string;
  readonly state: string;
  readonly reason: string | undefined;
  readonly detail: string | undefined;
}

/**
 * How an image ended otherwise than in calm, told as a sentence where the faults explain it; undefined
 * where they don't. A fault may cost an image its patch in this run; it never makes up an outcome.
 */
export function explanation(
  ended: EndedImage,
  faults: Readonly<Record<string, number>>,
): string | undefined {
  const { image, state, reason } = ended;
  if (state !== 'failed' || reason === undefined) return undefined;
  const [, places] = Object.entries(EXPLANATIONS).find(([name]) => name === reason) ?? [];
  const happened = Object.keys(faults).filter((name) =>
    places?.some((place) => name.startsWith(`${place} `)),
  );
  if (happened.length === 0) return undefined;
  return `${image} ended failed, ${reason} (${ended.detail ?? ''}), after: ${happened.join(', ')}`;
}
