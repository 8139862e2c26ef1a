import { expect, it } from 'vitest';
import { disablingSetting } from '../../../lib/settings/disabling-setting.ts';

it.each([
  ['AzureWebJobs.scheduledRun.Disabled', 'true'],
  ['AzureWebJobs_scheduledRun_Disabled', '1'],
  ['AZUREWEBJOBS.SCHEDULEDRUN.DISABLED', 'True'],
])('%s=%s disables the function', (name, value) => {
  expect(disablingSetting('scheduledRun', { other: 'x', [name]: value })).toBe(name);
});

it.each([
  ['AzureWebJobs.scheduledRun.Disabled', 'false'],
  ['AzureWebJobs.scheduledRun.Disabled', '0'],
  ['AzureWebJobs.scheduledRun.Disabled', 'yes'],
  ['AzureWebJobs.scheduledRun.Disabled', undefined],
  ['AzureWebJobs.reaper.Disabled', 'true'],
  ['AzureWebJobs.scheduledRun_Disabled', 'true'],
])('%s=%s does not disable it', (name, value) => {
  expect(disablingSetting('scheduledRun', { [name]: value })).toBeUndefined();
});
