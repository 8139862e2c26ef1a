import { type AppSettings, queueService, resolveSettings } from './app-settings.ts';
import type { DrivenFunction } from './bindings.ts';
import type { InvocationResponse, TypedData } from './messages.ts';

/** Sends what a function returned through queue output bindings. A list becomes several messages. */
export async function sendOutputs(
  driven: DrivenFunction,
  response: InvocationResponse,
  settings: AppSettings,
  encoding: 'base64' | 'none',
): Promise<void> {
  for (const [binding, output] of Object.entries(driven.outputs)) {
    const data =
      binding === '$return'
        ? response.returnValue
        : response.outputData?.find((one) => one.name === binding)?.data;
    const service = queueService(output.connection, settings);
    const queue = service.getQueueClient(resolveSettings(output.queueName, settings));
    for (const text of messagesOf(data)) {
      await queue.createIfNotExists();
      await queue.sendMessage(encoding === 'base64' ? Buffer.from(text).toString('base64') : text);
    }
  }
}

function messagesOf(data: TypedData | null | undefined): readonly string[] {
  if (data?.json !== undefined) {
    const value: unknown = JSON.parse(data.json);
    return Array.isArray(value)
      ? value.map((one) => (typeof one === 'string' ? one : JSON.stringify(one, null, 2)))
      : [data.json];
  }
  const text = data?.string ?? data?.int ?? data?.double;
  return text === undefined ? [] : [String(text)];
}
