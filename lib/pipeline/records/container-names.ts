import { sha256Hex } from '../../image/digest.ts';

/** The container of a scan or verify group, which scans all its images. */
export const ONLY_CONTAINER = 'worker';

/**
 * The container of a patch group that patches this image. Derived from the image alone, so that a
 * later step finds its result, log and status, even if other containers have ended.
 */
export function containerOf(image: {
  readonly repository: string;
  readonly digest: string;
}): string {
  return `image-${sha256Hex(`${image.repository}@${image.digest}`).slice(0, 16)}`;
}
