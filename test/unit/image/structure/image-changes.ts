import {
  compareStructure,
  type StructureVerdict,
} from '../../../../lib/image/structure/compare-structure.ts';
import { partsOf, patchedJson, SOURCE_REFERENCE, sourceJson } from './image-samples.ts';

type SourceJson = ReturnType<typeof sourceJson>;
type PatchedJson = ReturnType<typeof patchedJson>;

/** Changes of a test to the samples, in their plain JSON. */
export interface Changes {
  readonly source?: (json: SourceJson) => unknown;
  readonly patched?: (json: PatchedJson) => unknown;
}

/** Compares the samples after these changes to their plain JSON. */
export function compareChanged({ source, patched }: Changes = {}): StructureVerdict {
  const [before, after] = [sourceJson(), patchedJson()];
  source?.(before);
  patched?.(after);
  return compareStructure({
    source: partsOf(before),
    patched: partsOf(after),
    sourceReference: SOURCE_REFERENCE,
  });
}

export function assign(target: object, changes: Readonly<Record<string, unknown>>): void {
  Object.assign(target, changes);
}
