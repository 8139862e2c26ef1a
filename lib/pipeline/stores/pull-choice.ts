/**
 * What a group's worker image is pulled with: an access token of the app for the worker's repository
 * only, or the refresh token of the identity that can only pull.
 */
export type PullKind = 'access-token' | 'refresh-token';

/** Port: the kind of credential with which Azure pulled last. Adapter: `TablePullChoice`. */
export interface PullChoice {
  /** Returns undefined if none has been refused yet, or not for a day. */
  remembered(now: Date): Promise<PullKind | undefined>;
  remember(kind: PullKind, now: Date): Promise<void>;
}
