import type { Resource } from './look.ts';

export const DNS_ZONES = 'Microsoft.Network/privateDnsZones';
export const ACTION_GROUPS = 'Microsoft.Insights/actionGroups';
export const SMART_DETECTOR_RULES = 'Microsoft.AlertsManagement/smartDetectorAlertRules';

/** Azure writes types in several casings. */
export function isOfType({ type }: Resource, expected: string): boolean {
  return type.toLowerCase() === expected.toLowerCase();
}
