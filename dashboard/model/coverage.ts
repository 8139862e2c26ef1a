import type { ImageView } from '../../lib/history/image-view.ts';

const OLD_SCAN_MS = 7 * 24 * 3600 * 1000;

/** How much of the inventory the findings tell. */
export interface Coverage {
  readonly known: number;
  /** No scan tells their findings. */
  readonly unknown: number;
  /** Their newest scan is older than a week. */
  readonly oldScans: number;
  /** They have packages that no advisories cover. */
  readonly partly: number;
}

export function coverageOf(images: readonly ImageView[], now: Date): Coverage {
  const known = images.filter(({ counts }) => counts === 'known');
  const oldest = now.getTime() - OLD_SCAN_MS;
  return {
    known: known.length,
    unknown: images.length - known.length,
    oldScans: known.filter(({ scannedAt }) => scannedAt !== null && Date.parse(scannedAt) < oldest)
      .length,
    partly: known.filter(({ packagesUncovered }) => (packagesUncovered ?? 0) > 0).length,
  };
}
