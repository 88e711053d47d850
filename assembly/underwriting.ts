import { u8At } from './at';
import { contactFlags, FAILED_UNDERWRITING, OPTION_EXCLUDE_FAILED, options } from './memory';

/** Tells whether the organization's underwriting rule stops a contact's emails (Rules 5, underwriting). @inline */
export function isStoppedByOrganization(contact: u32): bool {
  return (options & OPTION_EXCLUDE_FAILED) !== 0 && (u8At(contactFlags, contact) & FAILED_UNDERWRITING) !== 0;
}
