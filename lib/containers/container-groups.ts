import { z } from 'zod';

/** ACI's rule: 1 to 63 lower-case letters, digits and hyphens, no hyphen at either end. */
export const GroupName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
  .brand<'GroupName'>();
export type GroupName = z.infer<typeof GroupName>;

/** One container group to create: one container, run once. */
export interface GroupSpec {
  readonly name: GroupName;
  readonly sku: 'Standard' | 'Confidential';
  /** Only with the Confidential SKU: ACI refuses it on Standard. */
  readonly privileged: boolean;
  /** The worker image, by digest: `host/repository@sha256:…`. */
  readonly image: string;
  /** How the worker image is pulled: a short-lived token for its repository alone. */
  readonly imageCredential: {
    readonly server: string;
    readonly username: string;
    readonly password: string;
  };
  readonly command: readonly string[];
  readonly cpu: number;
  readonly memoryGb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** File name → text, in a secret volume (tmpfs) mounted read-only on `secretsPath`. */
  readonly secretFiles: Readonly<Record<string, string>>;
  readonly secretsPath: string;
  /** An emptyDir, for BuildKit's state. */
  readonly scratchPath?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * A group as it is now. `stopped`: its container ran and ended. `lost`: the platform gave up on it
 * (provisioning failed, or it stopped without having run). `detail` is for people: the platform's own
 * words, with the exit code and the restarts of the container.
 */
export interface GroupStatus {
  readonly name: GroupName;
  readonly state: 'starting' | 'running' | 'stopped' | 'lost';
  readonly tags: Readonly<Record<string, string>>;
  readonly detail: string;
}

/** Why ARM or ACI refused, in the terms that decide what to do about it. */
export type GroupRefusal =
  | 'quota'
  | 'capacity'
  | 'throttled'
  | 'transitioning'
  | 'image-pull'
  | 'configuration'
  | 'unauthorized'
  | 'unavailable';

export type GroupAnswer =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly refusal: GroupRefusal;
      /** ARM's own code and text, for people. */
      readonly detail: string;
      readonly retryAfterSeconds?: number;
    };

/** A reading of groups that failed: `get`, `list` and `logs` throw it. Absence is never one. */
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
  /** Undefined where no group has that name; that may also mean "in flight" or "run and deleted". */
  get(name: GroupName): Promise<GroupStatus | undefined>;
  /**
   * Sent once, never repeated by the adapter: a second PUT restarts a group that is there. With the
   * refusal `unavailable` nobody knows whether the group was created.
   */
  create(spec: GroupSpec): Promise<GroupAnswer>;
  /** Ends well where the group is absent. Does not wait for the deletion to end. */
  delete(name: GroupName): Promise<GroupAnswer>;
  /**
   * The groups that carry Patchwright's own tag, and no others. For their names and tags: ARM lists
   * groups without their instance view, so whether one has stopped only `get` says.
   */
  list(): AsyncIterable<GroupStatus>;
  /** The last lines of the container's log, for people; undefined where there is none. */
  logs(name: GroupName): Promise<string | undefined>;
}

/** Tags of every group: by these the reaper knows what is ours and when it expires (ISO 8601). */
export const GroupTag = {
  managedBy: 'managed-by',
  run: 'patchwright-run',
  job: 'patchwright-job',
  expiresAt: 'patchwright-expires-at',
} as const;
export const MANAGED_BY = 'patchwright';
