import { readFile } from 'node:fs/promises';
import { app } from '@azure/functions';
import { problem } from '../lib/api/answer.ts';
import { dashboardPage } from '../lib/api/dashboard-page.ts';
import { response } from './register-route.ts';

/** The build writes the page beside the app's bundle. */
const PAGE = new URL('dashboard.html', import.meta.url);

/** `GET /api/dashboard`: a page for people. It holds no data, and asks for a key itself. */
export function registerDashboard(): void {
  app.http('dashboard', {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: 'dashboard',
    handler: async () => {
      try {
        return response(dashboardPage(await readFile(PAGE, 'utf8')));
      } catch {
        return response(
          problem(
            500,
            'the package lacks app/dashboard.html: run "npm run build" and publish again',
          ),
        );
      }
    },
  });
}
