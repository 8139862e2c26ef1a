export type PortName = 'tables' | 'queues' | 'blobs' | 'registry' | 'groups';

/**
 * A change of what others see. `leased`: nothing but the lease of whoever makes it keeps another from
 * making one that contradicts it. `conditional`: it names the ETag of the truth that it was decided by
 * (a target's row), or the digest of its own content.
 */
export type Effect = 'leased' | 'conditional';

/** How a service fails. `unavailable`: there is no answer. The last three no waiting puts right. */
export type Failure = 'unavailable' | 'throttled' | 'denied' | 'unauthorized' | 'unexpected';

/** A call of a port, with all that a fault needs to know of it. */
export interface PortCall<Result> {
  readonly port: PortName;
  readonly method: string;
  /** For the trace; never a credential. */
  readonly label: string;
  readonly writes: boolean;
  readonly effect?: Effect | undefined;
  perform(): Promise<Result>;
  /** What the adapter gives, or throws, when the service fails so. */
  failed(how: Failure): Outcome<Result>;
  /** Another writer gets there first. */
  readonly disturb?: () => Promise<void>;
  /** What a repeated write of one's own looks like. */
  readonly ownWriteLost?: Outcome<Result>;
  /** For a blob's mount: confirmed, and not done. */
  readonly mountLost?: Outcome<Result>;
  /** For the PUT of a patch's tag, and for its intent: somebody else's push of that tag. */
  readonly otherPush?: () => Promise<void>;
  /** The run that writes a tag down here, to publish a patch under it. */
  readonly intentOf?: string;
}

export type Outcome<Result> = { readonly value: Result } | { readonly error: unknown };
