import { Annotation } from '../../lib/image/annotations.ts';
import type { Digest } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { tableStores } from '../../lib/pipeline/stores/tables/table-stores.ts';
import type { MemoryRegistry } from '../fakes/memory-registry.ts';
import type { MemoryTables } from '../fakes/memory-tables.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import type { Random } from './random.ts';
import type { ScenarioImage } from './scenario.ts';
import { fingerprintOf, fixesOf, type ImageKind, type Truth } from './truth.ts';
import type { PublishWatch } from './watches/publish-watch.ts';

/** New for every simulated run. */
const DATABASE_MADE = '2026-11-23T02:00:00Z';
const DATABASE = { repository: RepositoryName.parse('patchwright/trivy-db'), tag: Tag.parse('2') };

/** The registry's users and their CI, which push, move and delete tags at any time. */
export class ImagePusher {
  /** Patches that earlier runs published. */
  readonly oldPatches: { readonly tag: string }[] = [];
  readonly #registry: MemoryRegistry;
  readonly #truth: Truth;
  readonly #tables: MemoryTables;
  readonly #publishing: PublishWatch;

  constructor(options: {
    readonly registry: MemoryRegistry;
    readonly truth: Truth;
    readonly tables: MemoryTables;
    readonly publishing: PublishWatch;
  }) {
    this.#registry = options.registry;
    this.#truth = options.truth;
    this.#tables = options.tables;
    this.#publishing = options.publishing;
  }

  async push(
    repository: RepositoryName,
    tags: readonly Tag[],
    kind: ScenarioImage['kind'],
  ): Promise<Digest> {
    const content: ImageKind = kind === 'windows' || kind === 'touched' ? 'outdated' : kind;
    const { digest, manifest } = await seedImage(this.#registry, {
      repository,
      tags,
      layers: [this.#truth.sourceLayer(content)],
      config: {
        ...(kind === 'windows' && { os: 'windows' }),
        config: kind === 'touched' ? { labels: { BaseImage: 'evil.example/x' } } : {},
      },
    });
    this.#truth.noteImage(
      digest,
      manifest.layers.map((layer) => layer.digest),
    );
    for (const tag of tags) this.#publishing.foreignTags.set(`${repository}:${tag}`, digest);
    return digest;
  }

  async pushScenarioImage(image: ScenarioImage, tablesLost: boolean): Promise<void> {
    const repository = RepositoryName.parse(image.repository);
    const tags = image.tags.map((tag) => Tag.parse(tag));
    const source = await this.push(repository, tags, image.kind);
    for (const made of image.patched) {
      if (made.forged === true) {
        await this.#pushForgery(repository, source, made);
        continue;
      }
      const patch = await this.#pushPatch(repository, source, made);
      if (!tablesLost) await this.#remember(repository, patch);
    }
  }

  /** Pushes a patch of an earlier run, for the findings at that time. */
  async #pushPatch(
    repository: RepositoryName,
    source: Digest,
    { tag, kind, partial }: ScenarioImage['patched'][number],
  ): Promise<{ readonly source: Digest; readonly fingerprint: string; readonly digest: Digest }> {
    const quality = partial === true ? 'partial' : 'good';
    const fingerprint = fingerprintOf(kind, quality);
    const { digest } = await seedImage(this.#registry, {
      repository,
      tags: [Tag.parse(tag)],
      layers: [
        this.#truth.sourceLayer(kind),
        this.#truth.patchLayer(quality, fixesOf(kind, quality)),
      ],
      config: { config: {} },
      annotations: {
        [Annotation.sourceRepository]: repository,
        [Annotation.sourceDigest]: source,
        [Annotation.fingerprint]: fingerprint,
      },
    });
    this.oldPatches.push({ tag: `${repository}:${tag}` });
    this.#publishing.everPublished.add(`${repository}:${tag} ${digest}`);
    return { source, fingerprint, digest };
  }

  /** Pushes a clean image that claims to be the wanted patch of another one. */
  async #pushForgery(
    repository: RepositoryName,
    source: Digest,
    { tag, kind }: ScenarioImage['patched'][number],
  ): Promise<void> {
    const { digest, manifest } = await seedImage(this.#registry, {
      repository,
      tags: [Tag.parse(tag)],
      layers: [this.#truth.sourceLayer('clean')],
      config: { config: {} },
      annotations: {
        [Annotation.sourceRepository]: repository,
        [Annotation.sourceDigest]: source,
        [Annotation.fingerprint]: fingerprintOf(kind, 'good'),
      },
    });
    const layers = manifest.layers.map((layer) => layer.digest);
    this.#truth.noteImage(digest, layers);
    this.#publishing.foreignTags.set(`${repository}:${tag}`, digest);
  }

  /** Records a patch of an earlier run in the inventory. */
  async #remember(
    repository: RepositoryName,
    patch: { readonly source: Digest; readonly fingerprint: string; readonly digest: Digest },
  ): Promise<void> {
    const { source, fingerprint, digest } = patch;
    this.#publishing.patches.set(`${repository} ${source} ${fingerprint}`, new Set([digest]));
    const { inventory } = tableStores(this.#tables);
    await inventory.rememberPatches({ repository, digest: source }, [digest]);
  }

  /** Deletes a tag, or the image with all its tags, as a user would. */
  async remove(image: ScenarioImage, random: Random): Promise<boolean> {
    const repository = RepositoryName.parse(image.repository);
    const tag = Tag.parse(random.pick(image.tags));
    const found = await this.#registry.tag(repository, tag);
    if (found === undefined) return false;
    if (random.chance(0.5)) {
      this.#registry.removeTag(repository, tag);
      this.#publishing.foreignTags.delete(`${repository}:${tag}`);
      return true;
    }
    await this.#registry.deleteManifest(repository, found.digest);
    for (const [name, digest] of this.#publishing.foreignTags) {
      const gone = name.startsWith(`${repository}:`) && digest === found.digest;
      if (gone) this.#publishing.foreignTags.delete(name);
    }
    return true;
  }

  async pushDatabase(age: 'first' | 'newer'): Promise<void> {
    const { repository, tag } = DATABASE;
    const { digest } = await seedImage(this.#registry, {
      repository,
      tags: [tag],
      layers: [`the ${age} database`],
      annotations: { 'org.opencontainers.image.created': DATABASE_MADE },
    });
    if (age === 'newer') this.#truth.noteNewerDatabase(digest);
  }

  async removeDatabase(): Promise<void> {
    this.#registry.removeTag(DATABASE.repository, DATABASE.tag);
  }
}
