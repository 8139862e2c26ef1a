import { Annotation } from '../../../lib/image/annotations.ts';
import { type Digest, digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import type { Tag } from '../../../lib/image/reference.ts';
import type { Registry } from '../../../lib/registry/registry.ts';
import { seedImage } from '../../fakes/registry/seed-image.ts';
import type { GoldenRegistry, GoldenTag } from './parse-registries.ts';

const COPA = /^(?<state>clean )?copa of (?<source>\S+?)(?:, (?<lack>.+))?$/;
const HELM = 'application/vnd.cncf.helm.config.v1+json';

/** Pushes the images of a registry. Returns the layers with findings. */
export async function pushImages(
  registry: Registry,
  golden: GoldenRegistry,
): Promise<ReadonlySet<Digest>> {
  const vulnerable = new Set<Digest>();
  // A patch may name the digest of its source, which is pushed first.
  const sourcesFirst = [...golden.tags].sort((a, b) => rank(a) - rank(b));
  for (const one of sourcesFirst) {
    const top = await pushImage(registry, golden, one);
    if (!one.image.startsWith('clean')) vulnerable.add(digestOf(top));
  }
  return vulnerable;
}

function rank({ image }: GoldenTag): number {
  return image.includes('copa of') ? 1 : 0;
}

/** Returns the content of the image's last layer. */
async function pushImage(
  registry: Registry,
  { repository }: GoldenRegistry,
  { tag, image }: GoldenTag,
): Promise<string> {
  const own = `${repository}:${tag}`;
  const push = (seed: Omit<Parameters<typeof seedImage>[1], 'repository' | 'tags'>) =>
    seedImage(registry, { repository, tags: [tag], layers: [own], ...seed });
  const copa = COPA.exec(image)?.groups;
  if (copa !== undefined) {
    const { source = '', lack } = copa;
    const name = await labelOf(registry, repository, source, lack);
    const first =
      lack === 'other layers' ? `${repository}:${source}, another` : `${repository}:${source}`;
    await push({
      layers: [first, own],
      config: { config: lack === 'no label' ? {} : { Labels: { BaseImage: name } } },
      annotations: lack === 'no annotation' ? {} : { [Annotation.patchedByCopa]: '2026-01-01' },
    });
    return own;
  }
  switch (image) {
    case 'source':
    case 'clean':
      await push({});
      break;
    case 'docker':
      await push({ mediaTypes: 'docker' });
      break;
    case 'index of one':
    case 'index of two':
      await putIndex(registry, repository, tag, image === 'index of one' ? 1 : 2);
      break;
    case 'signature':
      await putSignature(registry, repository, tag);
      break;
    case 'arm64':
      await push({ config: { architecture: 'arm64' } });
      break;
    case 'windows':
      await push({ config: { os: 'windows' } });
      break;
    case 'artifact':
    case 'chart':
      await putArtifact(registry, repository, tag, image === 'chart' ? HELM : MediaType.ociEmpty);
      break;
    default:
      throw new Error(`no such image: ${image}`);
  }
  return own;
}

async function labelOf(
  registry: Registry,
  repository: GoldenRegistry['repository'],
  source: string,
  lack: string | undefined,
): Promise<string> {
  if (lack === 'other repository') return `${registry.host}/${repository}-2:${source}`;
  if (lack === 'other registry') return `other.example.com/${repository}:${source}`;
  if (lack !== 'by digest') return `${registry.host}/${repository}:${source}`;
  const page = await registry.listTags(repository);
  const digest = page?.tags.find(({ tag }) => tag === source)?.digest;
  return `${registry.host}/${repository}@${digest}`;
}

/** As buildx pushes it: one or two images, and an attestation of one of them. */
async function putIndex(
  registry: Registry,
  repository: GoldenRegistry['repository'],
  tag: Tag,
  count: 1 | 2,
): Promise<void> {
  const platform = (architecture: string, os = 'linux') => ({ platform: { os, architecture } });
  const own = [`${repository}:${tag}`];
  const { descriptor: amd64 } = await seedImage(registry, { repository, layers: own });
  const { descriptor: other } = await seedImage(registry, { repository, layers: ['other'] });
  const images = [
    { ...amd64, ...platform('amd64') },
    { ...other, ...platform('arm64') },
  ];
  const manifests = [...images.slice(0, count), { ...other, ...platform('unknown', 'unknown') }];
  const index = { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests };
  const bytes = Buffer.from(JSON.stringify(index));
  await registry.putManifest(repository, tag, { bytes, mediaType: MediaType.ociIndex });
}

/** As cosign pushes it: its config has the media type of an image's. */
async function putSignature(
  registry: Registry,
  repository: GoldenRegistry['repository'],
  tag: Tag,
): Promise<void> {
  const put = async (text: string, mediaType: string) => {
    const [bytes, digest] = [Buffer.from(text), digestOf(text)];
    await registry.putBlob(repository, digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const empty = { architecture: '', os: '', config: {}, rootfs: { type: 'layers', diff_ids: [] } };
  const manifest = {
    schemaVersion: 2,
    mediaType: MediaType.ociManifest,
    config: await put(JSON.stringify(empty), MediaType.ociConfig),
    layers: [await put('{}', 'application/vnd.dev.cosign.simplesigning.v1+json')],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  await registry.putManifest(repository, tag, { bytes, mediaType: MediaType.ociManifest });
}

async function putArtifact(
  registry: Registry,
  repository: GoldenRegistry['repository'],
  tag: Tag,
  configType: string,
): Promise<void> {
  const content = Buffer.from('{}');
  const digest = digestOf(content);
  await registry.putBlob(repository, digest, content);
  const manifest = {
    schemaVersion: 2,
    mediaType: MediaType.ociManifest,
    ...(configType === MediaType.ociEmpty && { artifactType: 'application/spdx+json' }),
    config: { mediaType: configType, digest, size: content.length },
    layers: [],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  await registry.putManifest(repository, tag, { bytes, mediaType: MediaType.ociManifest });
}
