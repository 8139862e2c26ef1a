import { Annotation } from '../../../lib/image/annotations.ts';
import { type Digest, digestOf } from '../../../lib/image/digest.ts';
import { ImageManifest } from '../../../lib/image/manifest.ts';
import { formatPatchTag } from '../../../lib/image/patch-tags.ts';
import type { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { TagConvention } from '../../../lib/image/tag-convention.ts';
import { MARKS_PREFIX, STAGING_PREFIX } from '../../../lib/policy/reserved-repositories.ts';
import { isDigest } from '../../../lib/registry/manifests.ts';
import type { Entity } from '../../../lib/storage/tables.ts';
import type { Task } from '../task.ts';
import type { Truth } from '../truth.ts';
import type { Report } from './row-write.ts';
import type { SeenRows } from './seen-rows.ts';

export interface ManifestPut {
  readonly task: Task;
  readonly repository: RepositoryName;
  readonly reference: Tag | Digest;
  readonly bytes: Uint8Array;
}

/** Checks that every publication is verified and reserved, and overwrites no tag of others. */
export class PublishWatch {
  /** Digests of the tags of others in users' repositories. */
  readonly foreignTags = new Map<string, Digest>();
  /** The published patches by `repository source fingerprint`. */
  readonly patches = new Map<string, Set<Digest>>();
  /** `repository:tag digest` of every patch that was ever published. */
  readonly everPublished = new Set<string>();
  readonly published: { readonly tag: string; readonly digest: Digest }[] = [];
  readonly #report: Report;
  readonly #truth: Truth;
  readonly #rows: SeenRows;

  constructor(report: Report, truth: Truth, rows: SeenRows) {
    this.#report = report;
    this.#truth = truth;
    this.#rows = rows;
  }

  hasPublished(tag: string, digest: unknown): boolean {
    return this.published.some((one) => one.tag === tag && one.digest === digest);
  }

  manifestDeleted(repository: RepositoryName, digest: Digest): void {
    if (!repository.startsWith(STAGING_PREFIX)) this.#report(`${repository}@${digest} was deleted`);
  }

  /** Checks a PUT before it takes effect. */
  beforePut(put: ManifestPut): void {
    const { task, repository, reference, bytes } = put;
    if (isOurs(repository) || isDigest(reference)) return;
    const tag = `${repository}:${reference}`;
    const digest = digestOf(bytes);
    const foreign = this.foreignTags.get(tag);
    if (!task.tagsRead.has(tag)) this.#report(`${tag} was put without being read first`);
    if (foreign !== undefined && task.tagsRead.get(tag) === foreign) {
      this.#report(`${tag} belongs to others, the step had read it, and it was overwritten`);
    }
    const fault = this.#truth.faultOf(bytes);
    if (fault !== undefined) this.#report(`${tag} is a bad patch: ${fault}`);
    const target = [...this.#rows.targets.values()].find(
      (row) =>
        row.state === 'publishing' &&
        row.repository === repository &&
        row.staged === digest &&
        this.#mayTag(row, reference, digest) &&
        row.verifiedAt !== undefined,
    );
    if (target === undefined) {
      // A late PUT may find its target ended. Then it publishes the same content again.
      if (!this.hasPublished(tag, digest)) {
        this.#report(`${tag} was published without verification or reservation`);
      }
    } else if (task.tagsRead.get(`${repository}:${String(target.tag)}`) !== target.digest) {
      this.#report(`${tag} was published after its source had changed`);
    }
  }

  /** A patch gets the reserved tag, and only then the floating one. */
  #mayTag({ repository, tag, patchTag, alsoFloating }: Entity, reference: Tag, digest: Digest) {
    if (patchTag === reference) return true;
    const floating = TagConvention.safeParse(alsoFloating).data;
    if (floating === undefined) return false;
    const numbered = `${String(repository)}:${String(patchTag)}`;
    const stands = this.everPublished.has(`${numbered} ${digest}`);
    return stands && reference === formatPatchTag(String(tag), floating, 0);
  }

  /** Records a PUT that took effect. */
  afterPut(put: ManifestPut): void {
    const { repository, reference, bytes } = put;
    if (isOurs(repository) || isDigest(reference)) return;
    const tag = `${repository}:${reference}`;
    const digest = digestOf(bytes);
    this.foreignTags.delete(tag);
    this.published.push({ tag, digest });
    this.everPublished.add(`${tag} ${digest}`);
    const { annotations } = ImageManifest.parse(JSON.parse(Buffer.from(bytes).toString()));
    const source = annotations?.[Annotation.sourceDigest];
    const key = `${repository} ${source} ${annotations?.[Annotation.fingerprint]}`;
    const patches = this.patches.get(key) ?? new Set();
    this.patches.set(key, patches.add(digest));
    if (patches.size > 1) this.#report(`${tag}: ${patches.size} patches of ${source}`);
  }
}

/** True for a repository of staging or of marks, in which no patch is published. */
function isOurs(repository: string): boolean {
  return repository.startsWith(STAGING_PREFIX) || repository.startsWith(MARKS_PREFIX);
}
