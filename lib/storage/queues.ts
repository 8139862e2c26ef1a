/** The queues. Each has a poison queue with the suffix `-poison`. */
export const QUEUES = {
  jobs: 'patchwright-jobs',
  runs: 'patchwright-runs',
} as const;
export type QueueName = (typeof QUEUES)[keyof typeof QUEUES];

/** Port: sends messages. A message is a hint and carries keys, never state. Adapter: `AzureQueues`. */
export interface Queues {
  /** Sends a JSON value that becomes visible after the delay (in seconds, at most 7 days). */
  send(
    queue: QueueName,
    message: unknown,
    options?: { readonly delaySeconds?: number },
  ): Promise<void>;
}
