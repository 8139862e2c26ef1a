import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { ProcessFailed, runProcess } from '../real/process/run-process.ts';
import type { Progress } from '../real/progress.ts';
import { DemoProblem } from './demo-problem.ts';

/** An image of the user's own as a layout in a folder, and what it is called in the registry. */
export interface OwnImage {
  readonly folder: string;
  /** Which image of the layout, where it holds several. */
  readonly reference: string | undefined;
  readonly repository: RepositoryName;
  readonly tag: Tag;
}

const COPY_LIMIT_MS = 15 * 60_000;

/** What `--image` names: a layout that is there, or a reference that has to be copied first. */
export type NamedImage =
  | { readonly kind: 'layout'; readonly image: OwnImage }
  | {
      readonly kind: 'reference';
      readonly text: string;
      readonly names: Pick<OwnImage, 'repository' | 'tag'>;
    };

/** Looks what `--image` names: a layout folder, `FOLDER:NAME` in one, or a reference. Copies nothing. */
export async function nameImage(text: string): Promise<NamedImage> {
  const [, folder = '', name] = /^(.+?)(?::([^:/]+))?$/.exec(text) ?? [];
  if (await isLayout(text)) {
    const image = { folder: resolve(text), reference: undefined, ...nameOf(text) };
    return { kind: 'layout', image };
  }
  if (name !== undefined && (await isLayout(folder))) {
    const image = { folder: resolve(folder), reference: name, ...nameOf(folder, name) };
    return { kind: 'layout', image };
  }
  if (await exists(text)) {
    throw new DemoProblem(`${text} is no OCI image layout: it has no file oci-layout.`);
  }
  const names = nameOfReference(text);
  if (names === undefined) {
    const forms = 'a folder with an OCI image layout, or a reference host/repository:tag';
    throw new DemoProblem(`--image ${text}: there is no such folder. It takes ${forms}.`);
  }
  return { kind: 'reference', text, names };
}

/** The image as a layout in a folder; a reference is copied there by skopeo. */
export async function fetchImage(
  named: NamedImage,
  options: {
    readonly skopeo: string;
    /** An empty folder for what is copied. */
    readonly scratch: string;
    readonly progress: Progress;
    readonly signal: AbortSignal;
  },
): Promise<OwnImage> {
  if (named.kind === 'layout') return named.image;
  const { text, names } = named;
  const copied = join(options.scratch, 'image');
  const step = options.progress.step(`Copy of ${text}`);
  try {
    await runProcess({
      command: options.skopeo,
      args: ['copy', `docker://${text}`, `oci:${copied}:image`],
      timeoutMs: COPY_LIMIT_MS,
      onLine: step.update,
      signal: options.signal,
    });
  } catch (error) {
    step.failed('not copied');
    options.signal.throwIfAborted();
    const why = error instanceof ProcessFailed ? lastLine(error.stderr) : String(error);
    throw new DemoProblem(`skopeo could not copy ${text}: ${why}`, { cause: error });
  }
  step.done('copied');
  return { folder: copied, reference: 'image', ...names };
}

/** Names in the demo's registry: the folder's own, as far as a repository may be called so. */
function nameOf(folder: string, name?: string): Pick<OwnImage, 'repository' | 'tag'> {
  const plain = basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return {
    repository: RepositoryName.parse(`own/${plain === '' ? 'image' : plain}`),
    tag: Tag.safeParse(name).data ?? Tag.parse('latest'),
  };
}

/** `host/repository:tag`; the host must look like one, since a folder may be misspelt. */
export function nameOfReference(text: string): Pick<OwnImage, 'repository' | 'tag'> | undefined {
  const match = /^(?<host>[^/]+[.:][^/]+|localhost)\/(?<path>[^@:]+):(?<tag>[^:/@]+)$/.exec(text);
  const repository = RepositoryName.safeParse(`own/${match?.groups?.path ?? ''}`);
  const tag = Tag.safeParse(match?.groups?.tag);
  if (!repository.success || !tag.success) return undefined;
  return { repository: repository.data, tag: tag.data };
}

function isLayout(folder: string): Promise<boolean> {
  return exists(join(folder, 'oci-layout'));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
