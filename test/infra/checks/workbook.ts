import { type Deployment, ofType, textAt, valueAt } from '../bicep/deployment.ts';
import type { Fault } from '../infrastructure.ts';

const PLACEHOLDERS = ['APP_NAME', 'WORKSPACE_ID'];

/** Checks that each deployment has the workbook, and that it asks for this installation. */
export function workbookFaults(deployment: Deployment): readonly Fault[] {
  const [app] = ofType(deployment, 'Microsoft.Web/sites');
  const [workbook] = ofType(deployment, 'Microsoft.Insights/workbooks');
  if (workbook === undefined) return ['there is no workbook'];
  const text = textAt(valueAt(workbook, 'properties'), 'serializedData');
  return [
    ...PLACEHOLDERS.filter((word) => text.includes(word)).map((word) => `the workbook has ${word}`),
    ...(text.includes(`'${app?.name}'`) ? [] : ['the workbook does not ask for the app']),
  ];
}
