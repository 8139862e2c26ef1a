import { ImageManifest, MediaType } from '../image/manifest.ts';
import { parseJson } from '../image/parse-json.ts';
import { RepositoryName, Tag } from '../image/reference.ts';
import type { Registry } from '../registry/registry.ts';
import { MAX_POLICY_BYTES } from './policy.ts';

/** Where ACR Continuous Patching keeps its policy, so that a registry is taken over as it is. */
const POLICY_REPOSITORY = RepositoryName.parse('csscpolicies/patchpolicy');
const POLICY_TAG = Tag.parse('v1');

export type PolicyText =
  | { readonly found: true; readonly text: string; readonly from: string }
  | { readonly found: false; readonly detail: string };

/** The policy document's text: the setting where there is one, else the artifact in the registry. */
export async function loadPolicyText(options: {
  readonly registry: Registry;
  readonly setting: string | undefined;
}): Promise<PolicyText> {
  if (options.setting !== undefined) {
    return { found: true, text: options.setting, from: 'the setting PATCHWRIGHT_POLICY' };
  }
  const from = `${POLICY_REPOSITORY}:${POLICY_TAG}`;
  const stored = await options.registry.manifest(POLICY_REPOSITORY, POLICY_TAG);
  if (stored === undefined) return { found: false, detail: `there is no ${from} in the registry` };
  if (stored.mediaType !== MediaType.ociManifest) {
    return { found: false, detail: `${from} is not an OCI artifact` };
  }
  const manifest = ImageManifest.safeParse(parseJson(stored.bytes));
  // With several layers the last one is the policy: so the registry's own tasks read it.
  const layer = manifest.success ? manifest.data.layers.at(-1) : undefined;
  if (layer === undefined) return { found: false, detail: `${from} holds no document` };
  const bytes = await options.registry.blob(POLICY_REPOSITORY, layer.digest, MAX_POLICY_BYTES);
  if (bytes === undefined)
    return { found: false, detail: `${from} names a document that is missing` };
  return { found: true, text: Buffer.from(bytes).toString('utf8'), from };
}
