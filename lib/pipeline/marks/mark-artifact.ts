import * as z from 'zod';
import { digestOf } from '../../image/digest.ts';
import { MediaType } from '../../image/manifest.ts';
import type { Tag } from '../../image/reference.ts';
import { readJson } from '../../json/read-json.ts';

export const MARK_CONFIG = new TextEncoder().encode('{}');
const MARK_TYPE = 'application/vnd.patchwright.mark.v1+json';
const INSTALLATION = 'io.patchwright.installation';

const Mark = z.object({
  artifactType: z.literal(MARK_TYPE),
  annotations: z.object({ [INSTALLATION]: z.string() }),
});

/** The manifest of an installation's mark. Names the installation, so that no two have one digest. */
export function markManifest(installation: Tag): Uint8Array {
  const empty = {
    mediaType: MediaType.ociEmpty,
    digest: digestOf(MARK_CONFIG),
    size: MARK_CONFIG.length,
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: MediaType.ociManifest,
    artifactType: MARK_TYPE,
    config: empty,
    layers: [empty],
    annotations: { [INSTALLATION]: installation },
  };
  return new TextEncoder().encode(JSON.stringify(manifest));
}

/** False for anything else that somebody pushed to the repository of the marks. */
export function isMarkOf(installation: Tag, manifest: Uint8Array): boolean {
  const mark = readJson(Mark, manifest);
  return mark.ok && mark.value.annotations[INSTALLATION] === installation;
}
