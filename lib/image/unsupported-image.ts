import { inOtherCase, repeatsMembers } from '../json/member-names.ts';

const MANIFEST = ['schemaVersion', 'mediaType', 'artifactType', 'config', 'layers', 'subject'];
const DESCRIPTOR = ['mediaType', 'digest', 'size', 'urls', 'data'];
/** Copa writes its label to `labels`, which Go takes for `Labels`. */
const CONFIG = {
  image: ['architecture', 'os', 'config', 'rootfs', 'history'],
  config: ['Labels', 'labels'],
  rootfs: ['type', 'diff_ids'],
} as const;

/** Layers that a registry need not have: clients fetch them from the addresses in the manifest. */
const ELSEWHERE = /foreign|nondistributable/i;

/**
 * Explains why no tool may be given an image: its manifest makes them fetch from any address, or they
 * read its manifest or config in another way than this app. Returns undefined for a usual image. Both
 * are JSON that was parsed before.
 */
export function whyUnsupported(image: {
  readonly manifestBytes: Uint8Array;
  readonly configBytes: Uint8Array;
}): string | undefined {
  return manifestFault(image.manifestBytes) ?? configFault(image.configBytes);
}

/** The part of `whyUnsupported` that a manifest shows. */
export function manifestFault(bytes: Uint8Array): string | undefined {
  const manifest = parsed(bytes);
  if (repeatsMembers(bytes, manifest)) return 'its manifest has a name twice';
  const layers = isObject(manifest) && Array.isArray(manifest.layers) ? manifest.layers : [];
  const config = isObject(manifest) ? manifest.config : undefined;
  const odd =
    inOtherCase(manifest, MANIFEST) ??
    [config, ...layers].map((one) => inOtherCase(one, DESCRIPTOR)).find(Boolean);
  if (odd !== undefined) return `its manifest has a name that tools read as another: ${odd}`;
  const foreign = [config, ...layers].some(
    (one) => isObject(one) && (hasAddresses(one.urls) || ELSEWHERE.test(String(one.mediaType))),
  );
  return foreign ? 'a layer is to be fetched from an address outside of the registry' : undefined;
}

/** The part of `whyUnsupported` that a config shows. */
export function configFault(bytes: Uint8Array): string | undefined {
  const image = parsed(bytes);
  if (repeatsMembers(bytes, image)) return 'its config has a name twice';
  if (!isObject(image)) return undefined;
  const odd =
    inOtherCase(image, CONFIG.image) ??
    inOtherCase(image.config, CONFIG.config) ??
    inOtherCase(image.rootfs, CONFIG.rootfs);
  return odd === undefined ? undefined : `its config has a name that tools read as another: ${odd}`;
}

function hasAddresses(urls: unknown): boolean {
  return urls !== undefined && urls !== null && !(Array.isArray(urls) && urls.length === 0);
}

function parsed(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
