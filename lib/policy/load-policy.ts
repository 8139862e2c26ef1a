import { ImageManifest, MediaType } from '../image/manifest.ts';
import { RepositoryName, Tag } from '../image/reference.ts';
import { readJson } from '../json/read-json.ts';
import type { Registry } from '../registry/registry.ts';
import { plainText } from '../text/plain-text.ts';
import { MAX_POLICY_BYTES } from './policy.ts';

/** The same place as in ACR Continuous Patching, so that an existing policy works unchanged. */
const POLICY_REPOSITORY = RepositoryName.parse('csscpolicies/patchpolicy');
const POLICY_TAG = Tag.parse('v1');
/** The registry names it, so a fault shows only a part of a long one. */
const MAX_MEDIA_TYPE = 100;

export type PolicyText =
  | { readonly found: true; readonly text: string; readonly from: string }
  | { readonly found: false; readonly detail: string };

/** Reads the policy from the setting if there is one, else from the artifact in the registry. */
export async function loadPolicyText(options: {
  readonly registry: Registry;
  readonly setting: string | undefined;
}): Promise<PolicyText> {
  if (options.setting !== undefined) {
    return { found: true, text: options.setting, from: 'the setting PATCHWRIGHT_POLICY' };
  }
  const from = `${POLICY_REPOSITORY}:${POLICY_TAG}`;
  const stored = await options.registry.manifest(POLICY_REPOSITORY, POLICY_TAG);
  if (stored === undefined) return { found: false, detail: `the registry has no ${from}` };
  if (stored.mediaType !== MediaType.ociManifest) {
    const mediaType = plainText(stored.mediaType, MAX_MEDIA_TYPE);
    const detail = `${from} must have an OCI image manifest, but has the media type ${mediaType}`;
    return { found: false, detail };
  }
  const manifest = readJson(ImageManifest, stored.bytes);
  // The last layer is the policy, as in ACR Continuous Patching.
  const layer = manifest.ok ? manifest.value.layers.at(-1) : undefined;
  if (layer === undefined) return { found: false, detail: `${from} has no layer with a document` };
  const bytes = await options.registry.blob(POLICY_REPOSITORY, layer.digest, MAX_POLICY_BYTES);
  if (bytes === undefined)
    return { found: false, detail: `the registry lacks the document of ${from}` };
  return { found: true, text: Buffer.from(bytes).toString('utf8'), from };
}
