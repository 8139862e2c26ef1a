import { isDeepStrictEqual } from 'node:util';
import { plainText } from '../../text/plain-text.ts';
import { BASE_LABEL } from '../copa-config.ts';
import type { ImageConfig } from '../manifest.ts';
import { historyChange } from './compare-history.ts';
import { fieldsExcept } from './fields-except.ts';

/**
 * Returns the first field that differs although Copa 0.14.2 and BuildKit 0.34.2 never change it.
 * Undefined if no such field differs. They append history and diff ids, add `created` if it is
 * absent, and set the label `BaseImage` (Copa in `config.labels`, not in the standard
 * `config.Labels`). The app removes that label from a patch, also the source's own.
 */
export function configChange(options: {
  readonly source: ImageConfig;
  readonly patched: ImageConfig;
  readonly addedLayers: number;
  readonly sourceReference: string | undefined;
}): string | undefined {
  const { source, patched, addedLayers, sourceReference } = options;

  const created = source.created ?? undefined;
  if (created !== undefined && created !== patched.created) return 'created';

  const { Labels, labels, ...runtime } = source.config ?? {};
  const { Labels: newLabels, labels: newCopaLabels, ...newRuntime } = patched.config ?? {};
  if (!isDeepStrictEqual(runtime, newRuntime)) return changedField('config', runtime, newRuntime);
  const label =
    labelChange(Labels, newLabels, sourceReference) ??
    labelChange(labels, newCopaLabels, sourceReference);
  if (label !== undefined) return label;

  const rootfs = rootfsChange(source, patched, addedLayers);
  if (rootfs !== undefined) return rootfs;

  const layers = patched.rootfs.diff_ids?.length ?? 0;
  const history = historyChange(source.history ?? [], patched.history ?? [], layers);
  if (history !== undefined) return history;

  const compared = ['created', 'config', 'rootfs', 'history'];
  const before = fieldsExcept(source, compared);
  const after = fieldsExcept(patched, compared);
  return isDeepStrictEqual(before, after) ? undefined : changedField('image', before, after);
}

type Labels = Readonly<Record<string, string>> | null | undefined;

function labelChange(
  before: Labels,
  after: Labels,
  sourceReference: string | undefined,
): string | undefined {
  const { [BASE_LABEL]: _, ...old } = before ?? {};
  const { [BASE_LABEL]: newBase, ...others } = after ?? {};
  if (!isDeepStrictEqual(old, others)) return changedField('label', old, others);
  const expected =
    newBase === undefined || sourceReference === undefined || newBase === sourceReference;
  return expected ? undefined : `label ${BASE_LABEL} names another image than the source`;
}

function rootfsChange(
  source: ImageConfig,
  patched: ImageConfig,
  addedLayers: number,
): string | undefined {
  const { type, diff_ids: before, ...old } = source.rootfs;
  const { type: newType, diff_ids: after, ...others } = patched.rootfs;
  // BuildKit rewrites rootfs and keeps only its two standard fields.
  const kept = Object.keys(others).length === 0 || isDeepStrictEqual(old, others);
  if (type !== newType || !kept) return 'rootfs';

  const [oldIds, newIds] = [before ?? [], after ?? []];
  const extended =
    newIds.length === oldIds.length + addedLayers &&
    oldIds.every((diffId, at) => newIds[at] === diffId);
  return extended ? undefined : 'rootfs.diff_ids';
}

/** Names the first field that differs. Omits the values, which are untrusted. */
function changedField(what: string, before: object, after: object): string {
  const [old, current] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const keys = [...new Set([...old.keys(), ...current.keys()])];
  const changed = keys.find((key) => !isDeepStrictEqual(old.get(key), current.get(key)));
  return `${what} ${plainText(changed ?? 'fields', 128)}`;
}
