import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { ProcessFailed, runProcess } from '../real/process/run-process.ts';
import type { Progress } from '../real/progress.ts';
import { DemoProblem } from './demo-problem.ts';

/** An image of the user as a layout in a folder, with its name in the registry. */
export interface OwnImage {
  readonly folder: string;
  /** The image of the layout, if it has several. */
  readonly reference: string | undefined;
  readonly repository: RepositoryName;
  readonly tag: Tag;
}

const COPY_LIMIT_MS = 15 * 60_000;

/** The value of `--image`: an existing layout, or a reference to copy first. */
export type NamedImage =
  | { readonly kind: 'layout'; readonly image: OwnImage }
  | {
      readonly kind: 'reference';
      readonly text: string;
      readonly names: Pick<OwnImage, 'repository' | 'tag'>;
    };

/**
 * Reads `--image`: a layout folder, `FOLDER:NAME` for an image in it, or a reference. Copies nothing.
 */
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
    throw new DemoProblem(`${text} is not an OCI image layout: it has no file oci-layout.`);
  }
  const names = nameOfReference(text);
  if (names === undefined) {
    const forms = 'a folder with an OCI image layout, or a reference host/repository:tag';
    throw new DemoProblem(`--image ${text}: there is no such folder. It takes ${forms}.`);
  }
  return { kind: 'reference', text, names };
}

/** Provides the image as a layout in a folder. A reference is copied by skopeo. */
export async function fetchImage(
  named: NamedImage,
  options: {
    readonly skopeo: string;
    /** An empty folder for the copy. */
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

/** Names in the demo's registry, from the folder's name as far as the rules allow. */
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

/** Parses `host/repository:tag`. The host must look like one, because a folder may be misspelled. */
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
