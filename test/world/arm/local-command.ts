import { delimiter, dirname } from 'node:path';
import { USER_VARIABLE } from '../../../worker/rights/drop-rights.ts';
import type { ContainerFolder } from './group-folder.ts';
import type { Container } from './group-request.ts';

/** A process on this machine: its whole environment, and nothing of this process's own. */
export interface LocalCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The mapping of a container to a local process. */
export interface ContainerRuntime {
  /** The entry point of the worker image, for a container without a command. */
  readonly entrypoint: readonly string[];
  /** Path inside the worker image → local file. */
  readonly files: Readonly<Record<string, string>>;
  /** The folder with the tools of the worker image, first on PATH. */
  readonly toolsFolder?: string;
  /** The same for a privileged container, whose image has more tools. Default: `toolsFolder`. */
  readonly privilegedToolsFolder?: string;
  /**
   * The user that the image of `scan` names for its tools, `UID:GID`. Such a container starts as root,
   * which alone can read its secret volume. Needs root.
   */
  readonly scanUser?: string;
  /** Encloses each container that is not privileged. Without it, a container is a plain process. */
  readonly enclose?: Enclose;
}

/** Makes a place in which a container may do what a Standard container group lets it do. */
export type Enclose = (
  inside: LocalCommand,
  folder: Pick<ContainerFolder, 'path'>,
) => Promise<Enclosure>;

export interface Enclosure {
  /** The command that runs the container's own once more; its exit code is the container's. */
  next(): LocalCommand;
  /** Removes the place, once nothing runs in it. */
  remove(): Promise<void>;
}

/** From the world's own environment the container gets only PATH, HOME and TMPDIR. */
export function localCommand(
  container: Container,
  folder: ContainerFolder,
  runtime: ContainerRuntime,
): LocalCommand {
  const [program, ...args] = container.properties.command ?? runtime.entrypoint;
  return {
    command: program === 'node' ? process.execPath : (program ?? ''),
    args: args.map((value) => runtime.files[value] ?? folder.rewrite(value)),
    cwd: folder.home,
    env: environmentOf(container, folder, runtime),
  };
}

/** The user of the container's image for its tools; undefined if they run as the container does. */
export function toolUserOf(
  { properties }: Container,
  { scanUser }: ContainerRuntime,
): string | undefined {
  return properties.command?.at(-1) === 'scan' ? scanUser : undefined;
}

export function isPrivileged({ properties }: Container): boolean {
  return properties.securityContext?.privileged === true;
}

function environmentOf(
  container: Container,
  folder: ContainerFolder,
  runtime: ContainerRuntime,
): Record<string, string> {
  const { toolsFolder, privilegedToolsFolder = toolsFolder } = runtime;
  const tools = isPrivileged(container) ? privilegedToolsFolder : toolsFolder;
  const path = [tools, dirname(process.execPath), process.env.PATH];
  const environment: Record<string, string> = {
    PATH: path.filter((part) => part !== undefined).join(delimiter),
    HOME: folder.home,
    TMPDIR: folder.temporary,
  };
  const user = toolUserOf(container, runtime);
  if (user !== undefined) environment[USER_VARIABLE] = user;
  for (const variable of container.properties.environmentVariables ?? []) {
    const value = variable.secureValue ?? variable.value ?? '';
    environment[variable.name] = folder.rewrite(value);
  }
  return environment;
}
