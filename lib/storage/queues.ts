/** The queues. Each has a poison queue with the suffix `-poison`. */
export const QUEUES = {
  jobs: 'patchwright-jobs',
  runs: 'patchwright-runs',
} as const;
export type QueueName = (typeof QUEUES)[keyof typeof QUEUES];

/** A message that the Functions host gave up on. */
export interface PoisonMessage {
  readonly id: string;
  /** The stored text: JSON in base64 if the app sent it. */
  readonly text: string;
  /** When the host put it into the poison queue. */
  readonly insertedAt: Date;
  /** Identifies the last receiver. */
  readonly receipt: string;
}

/**
 * Port: sends messages, and receives poison messages. A message is a hint and carries keys, never
 * state. Adapter: `AzureQueues`.
 */
export interface Queues {
  /** Sends a JSON value that becomes visible after the delay (in seconds, at most 7 days). */
  send(
    queue: QueueName,
    message: unknown,
    options?: { readonly delaySeconds?: number },
  ): Promise<void>;
  /**
   * Receives at most 32 messages of the queue's poison queue and hides them for 5 minutes. Empty if
   * there are none, or if there is no poison queue.
   */
  receivePoison(queue: QueueName): Promise<readonly PoisonMessage[]>;
  /** Does nothing if the message is gone, or was received again since. */
  deletePoison(queue: QueueName, message: PoisonMessage): Promise<void>;
}
