/** A request that its sender may repeat under one key. */
export interface KeyedRequest {
  /** When it first came. */
  readonly at: Date;
  /** SHA-256 of its content, in hexadecimal digits. */
  readonly digest: string;
}

/** Port: requests by their `Idempotency-Key`. Adapter: `TableRequestKeys`. */
export interface RequestKeys {
  /** Records the request unless there is one under this key. Returns the one that is recorded. */
  remember(key: string, request: KeyedRequest): Promise<KeyedRequest>;
  /** Deletes at most this many requests that came before this time. */
  forget(before: Date, most: number): Promise<void>;
}
