import type { ImageView } from '../../lib/history/image-view.ts';

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'unknown'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type Findings = Readonly<Record<Severity, number>> & { readonly fixable: number };

/** The findings of the image that the tag names. Undefined if no scan tells them. */
export function findingsNow(image: ImageView): Findings | undefined {
  if (image.counts === 'unknown') return undefined;
  const { critical, high, medium, low, unknown, fixable } = image;
  return withoutNull({ critical, high, medium, low, unknown, fixable });
}

/** The findings of the newest patch. Undefined if there is none, or no scan tells them. */
export function findingsOfPatch(image: ImageView): Findings | undefined {
  if (image.patchTag === null || image.patchCounts !== 'known') return undefined;
  return withoutNull({
    critical: image.patchCritical,
    high: image.patchHigh,
    medium: image.patchMedium,
    low: image.patchLow,
    unknown: image.patchUnknown,
    fixable: image.patchFixable,
  });
}

export function withoutNull(counts: Readonly<Record<keyof Findings, number | null>>): Findings {
  const { critical, high, medium, low, unknown, fixable } = counts;
  return {
    critical: critical ?? 0,
    high: high ?? 0,
    medium: medium ?? 0,
    low: low ?? 0,
    unknown: unknown ?? 0,
    fixable: fixable ?? 0,
  };
}
