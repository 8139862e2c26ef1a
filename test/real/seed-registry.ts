import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import { buildArtifact } from '../images/build-image.ts';
import type { LayoutContent } from '../images/oci-layout.ts';
import { pushLayout } from '../world/registry/push-layout.ts';
import type { LocalRegistry } from '../world/registry/start-registry.ts';
import type { PreparedImages } from './prepared-images.ts';

/** What the app's settings name by default, see `lib/settings.ts`. */
const DATABASE = 'patchwright/trivy-db';
const MIRROR = 'patchwright/mirror';

/**
 * What an operator imports into the registry before the first run: the vulnerability database and
 * the images that Copa takes its tools from, each below the name of the registry it comes from.
 */
export async function seedOperatorImages(
  registry: LocalRegistry,
  { images, database }: PreparedImages,
): Promise<void> {
  const { folder, tag } = database.layout;
  await pushLayout(registry, folder, { repository: DATABASE, tags: [tag] });
  for (const { upstream, tag: version, layout } of images.tooling) {
    const repository = `${MIRROR}/${upstream.slice(0, -`:${version}`.length)}`;
    await pushLayout(registry, layout.folder, { repository, tags: [version] });
  }
}

/** Puts the policy where ACR Continuous Patching keeps it. */
export async function putPolicy(registry: LocalRegistry, policy: PolicyInput): Promise<void> {
  const mediaType = 'application/json';
  const bytes = Buffer.from(JSON.stringify(policy));
  const content = buildArtifact({
    configType: 'application/vnd.unknown.config.v1+json',
    layers: [{ mediaType, bytes, title: 'policy.json' }],
  });
  await putContent(registry, content, { repository: 'csscpolicies/patchpolicy', tags: ['v1'] });
}

/** A policy as people write it: what has a default may be left out. */
export interface PolicyInput {
  readonly version: Policy['version'];
  readonly 'tag-convention'?: Policy['tag-convention'];
  readonly repositories: readonly {
    readonly repository: string;
    readonly tags: readonly string[];
    readonly enabled?: boolean;
  }[];
}

/** Puts one image or artifact into the registry, past its network side. */
export async function putContent(
  registry: LocalRegistry,
  { descriptor, blobs }: LayoutContent,
  where: { readonly repository: string; readonly tags: readonly string[] },
): Promise<void> {
  const repository = RepositoryName.parse(where.repository);
  const { digest, mediaType } = descriptor;
  for (const [blob, bytes] of blobs) {
    if (blob !== digest) await registry.storage.addBlob(repository, [bytes], blob);
  }
  const bytes = Buffer.from(blobs.get(digest) ?? []);
  for (const tag of where.tags) {
    await registry.storage.putManifest(repository, { bytes, mediaType, digest }, Tag.parse(tag));
  }
}
