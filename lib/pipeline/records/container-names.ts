import { sha256Hex } from '../../image/digest.ts';

/** The container of a scan or verify group, which looks at all its images. */
export const ONLY_CONTAINER = 'worker';

/**
 * The container of a patch group that patches this image. It follows from the image alone, so a later
 * step finds an image's result, log and status whatever became of the others.
 */
export function containerOf(image: {
  readonly repository: string;
  readonly digest: string;
}): string {
  return `image-${sha256Hex(`${image.repository}@${image.digest}`).slice(0, 16)}`;
}
