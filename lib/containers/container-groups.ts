import * as z from 'zod';

/** ACI's rule: 1 to 63 lower-case letters, digits and hyphens, no hyphen first or last. */
export const GroupName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
  .brand<'GroupName'>();
export type GroupName = z.infer<typeof GroupName>;

/** One container of a group. It runs once, and shares no file and no secret with the others. */
export interface ContainerSpec {
  /** Unique in its group, by the rules for a group's name. */
  readonly name: string;
  readonly command: readonly string[];
  readonly cpu: number;
  readonly memoryGb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** File name → text, in a secret volume (tmpfs) that is mounted read-only on `secretsPath`. */
  readonly secretFiles: Readonly<Record<string, string>>;
  readonly secretsPath: string;
  /** An emptyDir, for BuildKit's state. */
  readonly scratchPath?: string;
}

/** A container group to create. */
export interface GroupSpec {
  readonly name: GroupName;
  readonly sku: 'Standard' | 'Confidential';
  /** True only with the Confidential SKU; ACI refuses it on Standard. */
  readonly privileged: boolean;
  /** The worker image of every container, by digest: `host/repository@sha256:…`. */
  readonly image: string;
  /** Pulls the worker image: a short-lived token for its repository only. */
  readonly imageCredential: {
    readonly server: string;
    readonly username: string;
    readonly password: string;
  };
  /** At least one. */
  readonly containers: readonly ContainerSpec[];
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * A container as it is now. `stopped`: it ran and ended. `lost`: the platform gave up on it. `detail`
 * is for people: the platform's own text, with the exit code and the restarts.
 */
export interface ContainerStatus {
  readonly state: 'starting' | 'running' | 'stopped' | 'lost';
  readonly detail: string;
}

/**
 * A group as it is now. `stopped`: all its containers ended, and at least one had run. `lost`: the
 * platform gave up on it (provisioning failed, or no container had run).
 */
export interface GroupStatus {
  readonly name: GroupName;
  readonly state: ContainerStatus['state'];
  /** By the container's name. */
  readonly containers: Readonly<Record<string, ContainerStatus>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly detail: string;
}

/** The kinds of refusal by ARM or ACI that callers treat differently. */
export const GroupRefusal = z.enum([
  'quota',
  'capacity',
  /** The subnet of the groups is not ready for another group yet. */
  'network',
  'throttled',
  'transitioning',
  'image-pull',
  /** The request is larger than Azure accepts. */
  'too-large',
  'configuration',
  'unauthorized',
  'unavailable',
]);
export type GroupRefusal = z.infer<typeof GroupRefusal>;

export type GroupAnswer =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly refusal: GroupRefusal;
      /** ARM's own code and text, for people. */
      readonly detail: string;
      readonly retryAfterSeconds?: number;
      /** The registry failed for Azure, perhaps for a moment: the credential itself may be right. */
      readonly mayPass?: true;
    };

/** Thrown by `get`, `list` and `logs`. An absent group is not an error but `undefined`. */
export class ContainerGroupsError extends Error {
  readonly refusal: GroupRefusal;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    refusal: GroupRefusal,
    message: string,
    options: { readonly retryAfterSeconds?: number | undefined } = {},
  ) {
    super(message);
    this.name = 'ContainerGroupsError';
    this.refusal = refusal;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Port: short-lived container groups. Adapter: `AciContainerGroups`. */
export interface ContainerGroups {
  /** Undefined if no group has that name: it may be about to appear, or already deleted. */
  get(name: GroupName): Promise<GroupStatus | undefined>;
  /**
   * Sends one PUT and never retries, because a second PUT restarts an existing group. After the refusal
   * `unavailable` the group may or may not exist.
   */
  create(spec: GroupSpec): Promise<GroupAnswer>;
  /** Does nothing if the group is absent. Does not wait until the deletion ends. */
  delete(name: GroupName): Promise<GroupAnswer>;
  /**
   * Lists only groups with Patchwright's tag. Use their names and tags only: ARM lists groups without
   * the instance view, so only `get` tells whether one has stopped.
   */
  list(): AsyncIterable<GroupStatus>;
  /** The last lines of one container's log, for people; undefined if there is no log. */
  logs(name: GroupName, container: string): Promise<string | undefined>;
}

/** Tags of every group. They tell the reaper which groups are ours and when they expire (ISO 8601). */
export const GroupTag = {
  managedBy: 'managed-by',
  run: 'patchwright-run',
  job: 'patchwright-job',
  expiresAt: 'patchwright-expires-at',
} as const;
export const MANAGED_BY = 'patchwright';
