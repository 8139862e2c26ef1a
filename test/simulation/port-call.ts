export type PortName = 'tables' | 'queues' | 'blobs' | 'registry' | 'groups' | 'webhook';

/**
 * A change that others see. `leased`: only the caller's lease prevents a contradicting change by another
 * step. `conditional`: it names the ETag of the row on which it is based, or the digest of its content.
 */
export type Effect = 'leased' | 'conditional';

/** How a service fails. `unavailable`: there is no answer. No retry resolves the last three. */
export type Failure = 'unavailable' | 'throttled' | 'denied' | 'unauthorized' | 'unexpected';

/** A call of a port, with the data that faults need. */
export interface PortCall<Result> {
  readonly port: PortName;
  readonly method: string;
  /** Text for the trace, without credentials. */
  readonly label: string;
  readonly writes: boolean;
  readonly effect?: Effect | undefined;
  perform(): Promise<Result>;
  /** The adapter's outcome of such a failure. */
  failed(how: Failure): Outcome<Result>;
  /** Lets another writer change the row first. */
  readonly disturb?: () => Promise<void>;
  /** The outcome of a retried write that had taken effect. */
  readonly ownWriteLost?: Outcome<Result>;
  /** For a blob's mount: the outcome of a mount that is confirmed but not performed. */
  readonly mountLost?: Outcome<Result>;
  /** For the reservation and the PUT of a patch's tag: pushes the tag as others would. */
  readonly otherPush?: () => Promise<void>;
  /** The run that reserves a tag by this call. */
  readonly intentOf?: string;
}

export type Outcome<Result> = { readonly value: Result } | { readonly error: unknown };
