import { parseBoundedJson } from '../json/bounded-json.ts';

/** An image with a thousand layers has a history of some five thousand values. */
const LIMITS = {
  maxBytes: 4 * 1024 * 1024,
  maxDepth: 20,
  maxContainers: 100_000,
  maxValues: 100_000,
};

/** A manifest or config as a value; undefined where it is not JSON, or more than one can be. */
export function parseJson(bytes: Uint8Array): unknown {
  const parsed = parseBoundedJson(bytes, LIMITS);
  return parsed.ok ? parsed.value : undefined;
}
