/** Port: tests the access to a queue without leaving a message. Adapter: `AzureQueueTrial`. */
export interface QueueTrial {
  /**
   * Sends an invisible message and deletes it. Returns the approximate number of messages that were in
   * the queue before. Throws a StorageError.
   */
  tryOut(queue: string): Promise<{ readonly messages: number }>;
}
