import { mergeLayers } from '../../../../lib/image/change/added-files.ts';
import type { Facts } from '../../../../lib/image/change/judge-file.ts';
import { Ownership } from '../../../../lib/image/change/ownership.ts';
import { changedPackages, type Packages } from '../../../../lib/image/change/package-facts.ts';
import { SourceFiles } from '../../../../lib/image/change/source-files.ts';
import type { LayerFile } from '../../../../lib/image/layer/layer-file.ts';
import { entryOf, layerOf } from '../layer/layer-entries.ts';
import { packagesOf, type ScenePackage } from './change-scene.ts';

type Lists = Readonly<Record<string, readonly string[]>>;

/** A source of one layer and its patch, without archives. */
export interface Change {
  readonly source?: readonly LayerFile[];
  readonly added?: readonly LayerFile[];
  readonly packages?: Readonly<Record<string, ScenePackage>>;
  /** dpkg's lists in the source and in the added layer. */
  readonly listed?: Lists;
  readonly claimed?: Lists;
  readonly diversions?: ReadonlyMap<string, string>;
}

export interface ChangeFacts extends Facts {
  readonly before: Packages;
}

export function factsOf(change: Change): ChangeFacts {
  const added = mergeLayers([layerOf(change.added ?? [], change.claimed)]);
  const source = new SourceFiles(added);
  const visitor = source.layer();
  for (const entry of change.source ?? []) visitor.entry(entry);
  for (const [name, paths] of Object.entries(change.listed ?? {})) {
    const line = visitor.packageList(entryOf(`var/lib/dpkg/info/${name}.list`));
    for (const path of paths) line(`/${path}`);
  }
  source.diversions = change.diversions ?? new Map();
  const { packages = {} } = change;
  const [before, after] = [packagesOf(packages, 'before'), packagesOf(packages, 'after')];
  const changed = changedPackages(before, after);
  const ownership = new Ownership({ source, added, before, after, changed });
  const { isUnknown } = ownership;
  return { added, source, ownership, changed, complete: true, isUnknown, before };
}
