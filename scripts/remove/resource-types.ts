import type { Resource } from './read-azure.ts';

export const DNS_ZONES = 'Microsoft.Network/privateDnsZones';
export const ACTION_GROUPS = 'Microsoft.Insights/actionGroups';
export const SMART_DETECTOR_RULES = 'Microsoft.AlertsManagement/smartDetectorAlertRules';

/** Azure returns types in different cases. */
export function isOfType({ type }: Resource, expected: string): boolean {
  return type.toLowerCase() === expected.toLowerCase();
}
