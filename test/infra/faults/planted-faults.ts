import { ALERT_FAULTS } from './alert-faults.ts';
import { APP_FAULTS } from './app-faults.ts';
import { MAIN_FAULTS } from './main-faults.ts';
import { NETWORK_FAULTS } from './network-faults.ts';
import type { PlantedFault } from './planted-fault.ts';
import { REGISTRY_FAULTS } from './registry-faults.ts';
import { ROLE_FAULTS } from './role-faults.ts';
import { SIGN_IN_FAULTS } from './sign-in-faults.ts';
import { STORAGE_FAULTS } from './storage-faults.ts';

/** All planted faults. A check must report each of them. */
export const PLANTED_FAULTS: readonly PlantedFault[] = [
  ...STORAGE_FAULTS,
  ...APP_FAULTS,
  ...SIGN_IN_FAULTS,
  ...ROLE_FAULTS,
  ...REGISTRY_FAULTS,
  ...ALERT_FAULTS,
  ...MAIN_FAULTS,
  ...NETWORK_FAULTS,
];
