import { mergeLayers } from '../../../../lib/image/change/added-files.ts';
import { type ChangesVerdict, judgeChanges } from '../../../../lib/image/change/judge-changes.ts';
import type { PackageFacts } from '../../../../lib/image/change/package-facts.ts';
import { readSource } from '../../../../lib/image/change/read-source.ts';
import { inspectLayer } from '../../../../lib/image/layer/inspect-layer.ts';
import type { LayerFiles } from '../../../../lib/image/layer/layer-contents.ts';
import { streamOf, type TarEntry, tarOf } from '../layer/layer-samples.ts';

export interface ScenePackage {
  readonly before?: string;
  readonly after?: string;
  readonly source?: string;
  readonly hasArchitecture?: boolean;
  /** In the scans of the source and of the patch. */
  readonly files?: readonly string[];
}

export interface ChangeScene {
  /** Layers of the source, the lowest first. A text is no archive. */
  readonly source: readonly (readonly TarEntry[] | string)[];
  readonly added: readonly TarEntry[];
  /** Further added layers, the lowest first. */
  readonly above?: readonly (readonly TarEntry[])[];
  readonly packages: Readonly<Record<string, ScenePackage>>;
  readonly fixed?: readonly string[];
  readonly isLate?: boolean;
}

/** Judges the added layers of a patch as the pipeline does. */
export async function judgeScene(scene: ChangeScene): Promise<ChangesVerdict> {
  const added = mergeLayers(await Promise.all([scene.added, ...(scene.above ?? [])].map(filesOf)));
  const layers = scene.source.toReversed().map((layer) => async () => {
    return streamOf(typeof layer === 'string' ? Buffer.from(layer) : await tarOf(layer));
  });
  const { files: source, complete } = await readSource(layers, added, () => scene.isLate ?? false);
  const [before, after] = [
    packagesOf(scene.packages, 'before'),
    packagesOf(scene.packages, 'after'),
  ];
  const fixed = new Set(scene.fixed ?? []);
  return judgeChanges({ added, source, complete, before, after, fixed });
}

async function filesOf(layer: readonly TarEntry[]): Promise<LayerFiles> {
  const inspection = await inspectLayer(streamOf(await tarOf(layer)));
  if (!inspection.ok) throw new Error(inspection.detail);
  return inspection.summary.files;
}

/** The packages in the scan of the source or of the patch. */
export function packagesOf(
  packages: ChangeScene['packages'],
  when: 'before' | 'after',
): ReadonlyMap<string, PackageFacts> {
  const listed = new Map<string, PackageFacts>();
  for (const [
    name,
    { source = name, hasArchitecture = true, files = [], ...versions },
  ] of Object.entries(packages)) {
    const version = versions[when];
    if (version === undefined) continue;
    listed.set(name, { versions: new Set([version]), source, hasArchitecture, files });
  }
  return listed;
}

const NEW = new Date('2026-11-01T00:00:00Z');
const OLD = new Date('2026-01-01T00:00:00Z');

/** An entry of the source. */
export function old(name: string, more: Partial<TarEntry> = {}): TarEntry {
  return { name, mtime: OLD, text: more.type === undefined ? 'old' : '', ...more };
}

/** An entry of the added layer. */
export function fresh(name: string, more: Partial<TarEntry> = {}): TarEntry {
  return { name, mtime: NEW, text: more.type === undefined ? 'new' : '', ...more };
}

export function listOf(name: string, paths: readonly string[]): TarEntry {
  return {
    name: `var/lib/dpkg/info/${name}.list`,
    text: paths.map((path) => `/${path}\n`).join(''),
  };
}
