import type { ImageView } from '../../lib/history/image-view.ts';
import { SEVERITIES, type Severity } from './severities.ts';

/** What a person asked to see. An empty text matches all. */
export interface ImageFilter {
  /** Words that the name, state, reason or detail contains, in any order and case. */
  readonly text: string;
  readonly repository: string;
  readonly state: string;
  /** With a finding of this severity or a higher one. */
  readonly severity: Severity | '';
}

export const NO_FILTER: ImageFilter = { text: '', repository: '', state: '', severity: '' };

export function filterImages(
  images: readonly ImageView[],
  { text, repository, state, severity }: ImageFilter,
): readonly ImageView[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return images.filter(
    (image) =>
      (repository === '' || image.repository === repository) &&
      (state === '' || image.state === state) &&
      (severity === '' || hasSeverity(image, severity)) &&
      (words.length === 0 || containsAll(image, words)),
  );
}

export function isFiltered(filter: ImageFilter): boolean {
  return Object.values(filter).some((value) => value.trim() !== '');
}

function hasSeverity(image: ImageView, severity: Severity): boolean {
  const wanted = SEVERITIES.slice(0, SEVERITIES.indexOf(severity) + 1);
  return wanted.some((one) => (image[one] ?? 0) > 0);
}

/** Made once for each image, since people type letter by letter. */
const CONTENTS = new WeakMap<ImageView, string>();

function containsAll(image: ImageView, words: readonly string[]): boolean {
  const content = CONTENTS.get(image) ?? contentOf(image);
  return words.every((word) => content.includes(word));
}

function contentOf(image: ImageView): string {
  const { image: name, state, reason, detail, patchTag } = image;
  const content =
    `${name} ${state} ${reason ?? ''} ${detail ?? ''} ${patchTag ?? ''}`.toLowerCase();
  CONTENTS.set(image, content);
  return content;
}
