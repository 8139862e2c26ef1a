import { postTestWebhook } from '../lib/api/test-webhook.ts';
import type { RegisterRoute } from './register-route.ts';
import type { GetServices } from './services.ts';

/** `POST /api/webhook/test`: sends a test event to the receiver of events. */
export function registerWebhook(register: RegisterRoute, services: GetServices): void {
  register('testWebhook', (_request, context) => postTestWebhook(services(context)));
}
