import type { ImageConfig } from './manifest.ts';

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

/** Returns the bytes of the same config without the label. Throws if they are not a JSON object. */
export function withoutBaseLabel(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const config: unknown = JSON.parse(text);
  if (!isObject(config)) throw new Error('the config is not a JSON object');
  const inner = config.config;
  if (isObject(inner)) {
    for (const field of LABEL_FIELDS) {
      const labels = inner[field];
      if (!isObject(labels) || !Object.hasOwn(labels, BASE_LABEL)) continue;
      delete labels[BASE_LABEL];
      // Copa adds `labels` for its own label only.
      if (field === 'labels' && Object.keys(labels).length === 0) delete inner[field];
    }
  }
  return new TextEncoder().encode(JSON.stringify(config));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
