import type { ImageConfig } from './manifest.ts';
import { type NamedReference, referenceIn } from './reference.ts';

/**
 * The config label in which Copa keeps the reference of the image that it patched. If an image has it,
 * Copa starts from that reference instead (Copa 0.14.2, `pkg/patch`).
 */
export const BASE_LABEL = 'BaseImage';

/** Copa writes its label to `labels`; a Dockerfile's labels are in `Labels`. */
const LABEL_FIELDS = ['Labels', 'labels'] as const;

/** The references in the label, one for each field that has it. Untrusted. */
export function baseLabels({ config }: ImageConfig): readonly string[] {
  return LABEL_FIELDS.flatMap((field) => config?.[field]?.[BASE_LABEL] ?? []);
}

/** What the label names in this repository, of which `here` is the registry's host and the name. */
export function basesIn(
  here: string,
  image: ImageConfig,
): readonly (NamedReference & { readonly label: string })[] {
  return baseLabels(image).flatMap((label) => {
    const reference = label.startsWith(here) ? referenceIn(label.slice(here.length)) : undefined;
    return reference === undefined ? [] : [{ label, ...reference }];
  });
}

/**
 * True if Copa must be given a copy of the image with another config: it would start from the image in
 * the label, and it fails if `config`, which is optional, is absent or null.
 */
export function needsCopy(image: ImageConfig): boolean {
  return baseLabels(image).length > 0 || (image.config ?? undefined) === undefined;
}

/** The config of that copy: without the label, and with a `config`. */
export function configForCopa(bytes: Uint8Array): Uint8Array {
  const image = parsed(bytes);
  removeBaseLabel(image);
  image.config ??= {};
  return serialized(image);
}

/**
 * The config of a patch to be published: without the label, and with the source's variant, which
 * BuildKit drops for some platforms (`amd64`, `v2`).
 */
export function configOfPatch(bytes: Uint8Array, source: ImageConfig): Uint8Array {
  const image = parsed(bytes);
  removeBaseLabel(image);
  if (source.variant !== undefined) image.variant ??= source.variant;
  return serialized(image);
}

function removeBaseLabel({ config }: Record<string, unknown>): void {
  if (!isObject(config)) return;
  for (const field of LABEL_FIELDS) {
    const labels = config[field];
    if (!isObject(labels) || !Object.hasOwn(labels, BASE_LABEL)) continue;
    delete labels[BASE_LABEL];
    // Copa adds `labels` for its own label only.
    if (field === 'labels' && Object.keys(labels).length === 0) delete config[field];
  }
}

/** Throws if the bytes are not a JSON object. */
function parsed(bytes: Uint8Array): Record<string, unknown> {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const image: unknown = JSON.parse(text);
  if (!isObject(image)) throw new Error('the config is not a JSON object');
  return image;
}

function serialized(image: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(image));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
