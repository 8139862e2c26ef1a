import type { Reason } from '../../../lib/pipeline/records/reasons.ts';

/** For each reason, the places of faults that can explain it. */
const EXPLANATIONS: Readonly<Partial<Record<Reason, readonly string[]>>> = {
  'group-lost': ['group', 'arm'],
  'registry-error': ['registry'],
  'storage-error': ['blob', 'table', 'queue'],
  'database-unavailable': ['registry'],
  'tool-failed': ['registry'],
  'builder-unavailable': ['group'],
  'result-invalid': ['blob', 'group'],
};

export interface EndedImage {
  readonly image: string;
  readonly state: string;
  readonly reason: string | undefined;
  readonly detail: string | undefined;
}

/**
 * A sentence about an image that ended differently, if the faults explain it; undefined
 * if they don't. A fault may prevent a patch in this run, but it never causes a false outcome.
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
