/** The queues. Each has a poison queue of the same name with `-poison` behind it. */
export const QUEUES = {
  jobs: 'patchwright-jobs',
  runs: 'patchwright-runs',
} as const;
export type QueueName = (typeof QUEUES)[keyof typeof QUEUES];

/** Port: sending hints. A message carries keys, never state. Adapter: `AzureQueues`. */
export interface Queues {
  /** Sends a JSON value, visible after the delay (0 to 7 days, in seconds). */
  send(
    queue: QueueName,
    message: unknown,
    options?: { readonly delaySeconds?: number },
  ): Promise<void>;
}
