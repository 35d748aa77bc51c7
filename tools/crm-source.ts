import type { CrmSource } from '../assets/crm.private';

/** Where customers come from, as the Functions read it: the name of a file in `assets/crm/`. */
export function crmSourceOf({ CRM_SOURCE }: NodeJS.Dict<string>): string {
  return CRM_SOURCE?.trim() || 'file';
}

/** The settings that a source reads; none of one that needs the Functions runtime to be loaded. @param file its code */
export function settingsOfSource(file: string): NonNullable<CrmSource['settings']> {
  try {
    return (require(file) as CrmSource).settings ?? {};
  } catch {
    // It checks them itself, before it asks.
    return {};
  }
}
