/** Port: whether a queue may be used, found out without a trace. Adapter: `AzureQueueTrial`. */
export interface QueueTrial {
  /**
   * Sends a message that nobody gets to see, and takes it back. Gives about how many messages there
   * were before. Throws a StorageError.
   */
  tryOut(queue: string): Promise<{ readonly messages: number }>;
}
