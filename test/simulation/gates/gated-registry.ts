import type { Digest } from '../../../lib/image/digest.ts';
import type { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { MARKS_PREFIX, STAGING_PREFIX } from '../../../lib/policy/reserved-repositories.ts';
import { isDigest } from '../../../lib/registry/manifests.ts';
import type { Registry, TokenScope } from '../../../lib/registry/registry.ts';
import type { PortCall } from '../port-call.ts';
import type { Task } from '../task.ts';
import { registryFailure } from './failed-calls.ts';
import type { Gate } from './gate.ts';

/** Needs no lease, because every step writes the same content. */
const BY_CONTENT = { effect: 'conditional' } as const;

export function gatedRegistry(gate: Gate, task: Task): Registry {
  const { registry } = gate.backends;
  const pass = <Result>(
    method: string,
    label: string,
    writes: boolean,
    perform: () => Promise<Result>,
    more: Partial<PortCall<Result>> = {},
  ): Promise<Result> =>
    gate.pass(task, {
      port: 'registry',
      method,
      label,
      writes,
      effect: writes ? 'leased' : undefined,
      failed: registryFailure(label),
      perform,
      ...more,
    });
  return {
    host: registry.host,
    listTags: (repository, options) =>
      pass('listTags', `${repository} ${options?.after ?? ''}`, false, () =>
        registry.listTags(repository, options),
      ),
    listManifests: (repository, options) =>
      pass('listManifests', `${repository} ${options?.after ?? ''}`, false, () =>
        registry.listManifests(repository, options),
      ),
    tag: (repository, tag) =>
      pass('tag', `${repository}:${tag}`, false, async () => {
        const found = await registry.tag(repository, tag);
        task.tagsRead.set(`${repository}:${tag}`, found?.digest);
        return found;
      }),
    manifest: (repository, reference) =>
      pass('manifest', `${repository} ${reference}`, false, () =>
        registry.manifest(repository, reference),
      ),
    putManifest: (repository, reference, manifest) => {
      const tag: Tag | undefined = isTag(reference) ? reference : undefined;
      const final = tag !== undefined && !isOurs(repository);
      return pass(
        'putManifest',
        `${repository} ${reference}`,
        true,
        async () => {
          const put = { task, repository, reference, bytes: manifest.bytes };
          gate.observer.text('manifest', Buffer.from(manifest.bytes).toString());
          gate.observer.publishing.beforePut(put);
          const digest = await registry.putManifest(repository, reference, manifest);
          gate.observer.publishing.afterPut(put);
          return digest;
        },
        tag === undefined
          ? BY_CONTENT
          : final
            ? { otherPush: () => gate.pushOther(repository, tag) }
            : {},
      );
    },
    deleteManifest: (repository, digest) =>
      pass('deleteManifest', `${repository} ${digest}`, true, async () => {
        gate.observer.publishing.manifestDeleted(repository, digest);
        await registry.deleteManifest(repository, digest);
      }),
    blob: (repository, digest, maxBytes) =>
      pass('blob', `${repository} ${digest}`, false, () =>
        registry.blob(repository, digest, maxBytes),
      ),
    openBlob: (repository, digest) =>
      pass('openBlob', `${repository} ${digest}`, false, () =>
        registry.openBlob(repository, digest),
      ),
    putBlob: (repository, digest, bytes) =>
      pass(
        'putBlob',
        `${repository} ${digest}`,
        true,
        async () => {
          gate.observer.text('blob of an image', Buffer.from(bytes).toString());
          await registry.putBlob(repository, digest, bytes);
        },
        BY_CONTENT,
      ),
    shareBlob: (options) =>
      pass(
        'shareBlob',
        `${options.from} ${options.to} ${options.digest}`,
        true,
        () => registry.shareBlob(options),
        { mountLost: { value: 'mounted' }, ...BY_CONTENT },
      ),
    referrers: (repository, digest) =>
      pass('referrers', `${repository} ${digest}`, false, () =>
        registry.referrers(repository, digest),
      ),
    mintToken: (scopes: readonly TokenScope[]) =>
      pass('mintToken', scopes.map(({ repository }) => repository).join(' '), false, () =>
        registry.mintToken(scopes),
      ),
  };
}

function isTag(reference: Tag | Digest): reference is Tag {
  return !isDigest(reference);
}

/** True for a repository in which nobody else pushes a tag. */
function isOurs(repository: RepositoryName): boolean {
  return repository.startsWith(STAGING_PREFIX) || repository.startsWith(MARKS_PREFIX);
}
